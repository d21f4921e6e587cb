"""Which language a text is in: by its script, then by its commonest small words and its own letters."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

LETTERS_MAX = 5_000
"""Letters that are looked at; the rest of a long text adds nothing."""
SURE_MIN = 0.15

_SCRIPTS = {
    "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th", "HEBREW": "he", "ARABIC": "ar", "DEVANAGARI": "hi", "GREEK": "el",
    "GEORGIAN": "ka", "ARMENIAN": "hy", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te", "CJK": "zh", "CYRILLIC": "ru", "LATIN": "",
}  # fmt: skip

_WORDS = {
    "en": "the and of to is in that it for you was on are with as have be at this not but from they we by or an my your please would could thank hi no can do i since what how when me our there",
    "de": "der die das und ist nicht ich sie es ein eine zu den mit von auf für dem im des sich auch wir bitte noch wie aber haben kann bei oder seit uns mir geht mehr können heute morgen",
    "fr": "le la les et est de des un une je vous nous pas que qui pour dans ce cette sur avec au aux du ne il elle sont plus mais votre merci bonjour depuis encore avez plaît s'il d'eau c'est",
    "es": "el la los las y es de que en un una no por para con se del lo su me mi está al pero más como hay le yo muy ya favor gracias desde cuando tiene otra podrían hola",
    "it": "il lo la gli le e è di che in un una non per con si del della mi ma sono più come al dei ho grazie anche c'è questo dal da nostro fattura buongiorno potreste favore nuovo",
    "pt": "o a os as e é de que em um uma não por para com se do da no na mais mas como ao dos obrigado está eu já foi meu desde temos favor outra vez poderiam você nos",
    "nl": "de het een en is van ik niet dat op te met voor zijn er aan maar ook naar bij nog we u heeft hebben geen kunt deze sinds dank mij keer wordt graag als om wij",
    "sv": "och det att i en jag som på är av för med den inte till har vi om men ett ni kan var så han från tack sedan hej haft oss skicka gång",
    "da": "og det at i en jeg som på er af for med den ikke til har vi om men et kan de var så fra tak siden hej haft os sende gang varmt kunne jer",
    "no": "og det at i en jeg som på er av for med den ikke til har vi om men et kan dere var så fra takk siden hei hatt oss sende gang varmt kunne noe bare",
    "fi": "ja on ei se että hän en mutta oli olen ole ovat kun niin myös jos tai meillä minä te kiitos vielä voisitteko uudelleen lähtien ollut olemme voi mitä hei teidän",
    "pl": "i w na nie z się do to że jest o jak po co tak ale za od dla czy proszę dziękuję mam są ma przez już ponownie państwo mogą ten nie ma lub",
    "cs": "a se na je v že to s z do i o k ale jak za by po jsem pro jsou si prosím děkuji můžete mi od ještě jednou nám který není nebo ten",
    "ro": "și de la în nu cu pe este un o care din să pentru mai ce am sunt au dar îmi vă rog mulțumesc puteți trimite nou avem fost această ne",
    "hu": "a az és hogy nem is van egy ez de meg el már csak még kérem köszönöm tudnák mint volt nincs óta lehet azt vagy mert ha szeretném",
    "tr": "ve bir bu da de için ile ne çok var yok mı mi daha ama olarak gibi beri ben siz lütfen teşekkürler misiniz kadar değil olan tekrar nasıl",
    "id": "yang dan di ini itu dengan untuk tidak dari dalam akan pada saya anda ke bisa ada juga lagi sudah kami mohon terima kasih bisakah belum atau karena",
    "vi": "và của là có không cho được một các những trong với này tôi bạn đã người thể lại đến khi xin gửi cảm ơn hóa đơn vui lòng",
}  # fmt: skip
_LETTERS = {
    "de": "ßäöü", "fr": "çèêœùâîû", "es": "ñ¿¡áíó", "it": "èàìòù", "pt": "ãõçâê", "sv": "åäö", "da": "æøå", "no": "æøå", "fi": "äö", "pl": "łąęśżźćń",
    "cs": "řěůčšž", "ro": "șțăîâ", "hu": "őűáéöü", "tr": "ığş", "vi": "ơưđạảấầếềộợứự",
}  # fmt: skip
_KNOWN = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch", "sv": "Swedish",
    "da": "Danish", "no": "Norwegian", "fi": "Finnish", "pl": "Polish", "cs": "Czech", "ro": "Romanian", "hu": "Hungarian", "tr": "Turkish",
    "id": "Indonesian", "vi": "Vietnamese", "ru": "Russian", "uk": "Ukrainian", "el": "Greek", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi",
    "th": "Thai", "ja": "Japanese", "ko": "Korean", "zh": "Chinese", "ka": "Georgian", "hy": "Armenian", "bn": "Bengali", "ta": "Tamil",
    "te": "Telugu", "fa": "Persian", "bg": "Bulgarian", "und": "undetermined",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is BCP 47, `und` when the text does not show it; `sure` is 0 to 1."""

    code: str
    sure: float

    @property
    def name(self) -> str:
        return NAMES[self.code]


def language(text: str) -> Language:
    """Of 35 languages, the one that the text is most likely in."""
    text = unicodedata.normalize("NFC", text[:LETTERS_MAX])
    scripts = Counter(_script(c) for c in text if c.isalpha())
    if not scripts:
        return Language("und", 0)
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > 0.1 * scripts.total():
        return Language("ja", 1)
    script, count = scripts.most_common(1)[0]
    share = count / scripts.total()
    if script == "CYRILLIC":
        return Language("uk" if re.search("[іїєґІЇЄҐ]", text) else "bg" if _bulgarian(text) else "ru", share)
    if script == "ARABIC":
        return Language("fa" if re.search("[پچژگ]", text) else "ar", share)
    code = _SCRIPTS.get(script, "und")
    return Language(code, share) if code else _latin(text)


def _latin(text: str) -> Language:
    found = _WORD.findall(text.lower().replace("’", "'"))
    scores: dict[str, float] = {}
    for code, known in _KNOWN.items():
        shared = sum(word in known for word in found)
        letters = sum(c in _LETTERS.get(code, "") for c in text.lower())
        scores[code] = shared + min(letters, len(found)) * 0.5
    # Danish and Norwegian share nearly all small words; a few are only theirs.
    for code, own in (
        ("da", "af|jer|fakturaen|kunne|mandag|uge|blev|nogen|meget|haft"),
        ("no", "av|dere|takk|hei|noe|mye|hatt|uke|ble|noen"),
    ):
        scores[code] += 0.75 * len(re.findall(rf"\b(?:{own})\b", text.lower()))
    (best, top), (_, second) = sorted(scores.items(), key=lambda item: -item[1])[:2]
    if top == 0:
        return Language("und", 0)
    return Language(best, round(min(1.0, (top - second) / top + min(0.3, 0.03 * top)), 2))


def _script(character: str) -> str:
    return unicodedata.name(character, "?").split(" ")[0].split("-")[0]


def _bulgarian(text: str) -> bool:
    return (
        bool(re.search(r"\b(?:се|съм|да|за|от|ще|това|моля)\b", text.lower()))
        and "ъ" in text
        and "ы" not in text
        and "э" not in text
    )
