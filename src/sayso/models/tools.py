"""The directory's questions as tools, for MCP and for agents: a name, what it is for, the shape of what it takes, and the function.

Every tool takes plain JSON and answers plain JSON; `call` never needs more than the directory and the day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sayso.errors import Invalid, NotFound, Problem
from sayso.models import asked
from sayso.models.directory import Directory
from sayso.models.lifecycle import STATUSES
from sayso.models.listing import SORTS
from sayso.models.model import ABILITIES, TYPES

Arguments = dict[str, Any]
VALUE_CHARACTERS_MAX = 500


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of the arguments."""
    run: Callable[[Directory, Arguments, date], dict[str, Any]]


def _text(description: str, *, choices: list[str] | None = None) -> dict[str, Any]:
    return {"type": "string", "description": description} | ({"enum": choices} if choices else {})


def _number(description: str) -> dict[str, Any]:
    return {"type": "number", "minimum": 0, "description": description}


NAME = _text("A model's id or any name that means it, such as o4-mini or openai/O4 mini")
NAMES = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 4, "description": "Models, by id or name"}


def _schema(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


TOOLS: tuple[Tool, ...] = (
    Tool(
        "find_models",
        "Find AI models by words, maker, type, price, context and ability. Prices are US dollars per million tokens; null is not published.",
        _schema(
            {
                "search": _text("Words of its name"),
                "maker": _text("openai, anthropic, google, …; several with commas"),
                "type": _text("What it makes", choices=sorted(TYPES)),
                "status": _text("Whether it can be used", choices=sorted(STATUSES)),
                "can": _text(f"Abilities that it needs, with commas, of {', '.join(ABILITIES)}"),
                "input_max": _number("At most so many dollars per million input tokens"),
                "context_min": _number("At least so many tokens of context"),
                "sort": _text("The order; with - before it, descending", choices=[*SORTS, *(f"-{name}" for name in SORTS)]),
                "limit": {"type": "integer", "minimum": 1, "maximum": 50, "description": "How many"},
            }
        ),
        lambda directory, given, today: asked.models(directory, _strings({"limit": 20} | given), today),
    ),
    Tool(
        "show_model",
        "Everything known of one AI model: prices, limits, abilities, lifecycle with replacement, each figure with its source and date.",
        _schema({"name": NAME}, "name"),
        lambda directory, given, today: asked.model(directory, str(given["name"]), today),
    ),
    Tool(
        "compare_models",
        "Two to four AI models side by side: a table, how they differ in sentences, and who should pick which.",
        _schema({"models": NAMES | {"minItems": 2}}, "models"),
        lambda directory, given, today: asked.comparison(directory, _names(given), today),
    ),
    Tool(
        "model_changes",
        "What changed about AI models and what is announced: prices, shutdowns, releases.",
        _schema(
            {
                "since": _text("From this day on, as 2026-11-01"),
                "until": _text("To this day"),
                "maker": _text("Only of these makers, with commas"),
            }
        ),
        lambda directory, given, today: asked.changed(directory, _strings(given), today),
    ),
    Tool(
        "cost_of_work",
        "What a number of tokens costs on one to four AI models, exactly.",
        _schema(
            {
                "models": NAMES,
                "input": _number("Input tokens in all"),
                "cached": _number("Of these, tokens that were seen before"),
                "output": _number("Output tokens in all"),
                "requests": _number("Over how many requests"),
                "variant": _text("A cheaper or faster way", choices=["batch", "flex", "priority"]),
            },
            "models",
        ),
        lambda directory, given, today: asked.costs(directory, _strings(given) | {"models": ",".join(_names(given))}, today),
    ),
    Tool(
        "cost_of_pictures",
        "About what pictures of a quality and size cost on one to four AI models.",
        _schema(
            {
                "models": NAMES,
                "quality": _text("low, medium, high, xhigh or max"),
                "size": _text("Such as 1024x1024"),
                "images": _number("How many"),
            },
            "models",
            "quality",
            "size",
        ),
        lambda directory, given, today: asked.costs(directory, _strings(given) | {"models": ",".join(_names(given))}, today),
    ),
)
BY_NAME = {tool.name: tool for tool in TOOLS}


def call(directory: Directory, name: str, arguments: Arguments, today: date) -> dict[str, Any]:
    """Runs a tool. Raises `NotFound` for names that mean nothing, `Invalid` naming what is wrong with the arguments."""
    tool = BY_NAME.get(name)
    if tool is None:
        raise NotFound(f"There is no tool called {name[:60]}.")
    known = tool.parameters["properties"]
    problems = [Problem(key, "is no argument of this tool", next(iter(known))) for key in arguments if key not in known]
    problems += [Problem(key, "is needed") for key in tool.parameters["required"] if arguments.get(key) in (None, "", [])]
    if problems:
        raise Invalid.of(problems)
    return tool.run(directory, arguments, today)


def _strings(given: Arguments) -> dict[str, str]:
    """Arguments as an address would have them."""
    return {
        name: str(value)[:VALUE_CHARACTERS_MAX]
        for name, value in given.items()
        if value is not None and not isinstance(value, list)
    }


def _names(given: Arguments) -> list[str]:
    names = given["models"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Invalid(Problem("models", "is a list of names", '["o4-mini", "gpt-6-luna"]'))
    return [name.replace(",", " ") for name in names]
