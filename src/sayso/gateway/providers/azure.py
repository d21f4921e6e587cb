"""Azure OpenAI: OpenAI's language behind a resource's own address, where the model is the name of a deployment.

Two surfaces: `https://RESOURCE.openai.azure.com/openai/v1` (no version needed), or, when the setting `api_version` is there, the
dated one under `https://RESOURCE.openai.azure.com`, whose paths name the deployment.
"""

from urllib.parse import quote

from sayso.gateway.providers.openai import OpenAI
from sayso.gateway.providers.provider import Outgoing

OF_THE_RESOURCE = ("responses", "files", "batches", "models", "fine_tuning", "assistants", "threads", "vector_stores")
"""What belongs to the whole resource rather than to one deployment."""


class Azure(OpenAI):
    """Settings beside the usual: `api_version`, such as `2025-04-01-preview`; `entra`: the secret is a token of Entra ID, not a key."""

    def headers(self) -> list[tuple[bytes, bytes]]:
        p = self.provider
        told = {"User-Agent": "sayso", "Accept-Encoding": "identity"}
        told |= {"Authorization": f"Bearer {p.secret}"} if p.settings.get("entra") else {"api-key": p.secret}
        return self.as_headers(told | {str(name): str(value) for name, value in (p.settings.get("headers") or {}).items()})

    @property
    def version(self) -> str:
        return str(self.provider.settings.get("api_version") or "")

    def path(self, out: Outgoing) -> str:
        if not self.version:
            return super().path(out)
        version = ("&" if out.query else "?") + "api-version=" + quote(self.version)
        if not out.model or out.endpoint.split("/")[0] in OF_THE_RESOURCE:
            return f"{self.root}/{out.endpoint}{out.query}{version}"
        return f"{self.root}/deployments/{quote(out.model, safe='')}/{out.endpoint}{out.query}{version}"

    def list_path(self) -> str:
        return f"{self.root}/models?api-version={quote(self.version)}" if self.version else "/models"

    @property
    def root(self) -> str:
        return "" if self.target.path.endswith(b"/openai") else "/openai"
