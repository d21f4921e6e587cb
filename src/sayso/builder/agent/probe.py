"""One small question that shows whether a model calls tools."""

from pydantic_ai import direct
from pydantic_ai.messages import ModelRequest, ToolCallPart, UserPromptPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.tools import ToolDefinition

from sayso.ai import agents
from sayso.gateway.caller import Caller
from sayso.gateway.gateway import Gateway

_READY = ToolDefinition(
    name="ready",
    description="Say that you are ready.",
    parameters_json_schema={"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
)


async def calls_tools(gateway: Gateway, caller: Caller, name: str) -> bool:
    """Raises `Refused` when the model cannot be asked, or does not take tools."""
    asked = ModelRequestParameters(function_tools=[_READY], allow_text_output=True)
    words = ModelRequest(parts=[UserPromptPart("Call the tool `ready` with the word blue.")])
    answer = await direct.model_request(agents.model(gateway, caller, name), [words], model_request_parameters=asked)
    return any(isinstance(part, ToolCallPart) and part.tool_name == "ready" for part in answer.parts)
