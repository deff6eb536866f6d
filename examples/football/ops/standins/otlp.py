"""An OTLP receiver over HTTP, on the messages of the opentelemetry-proto package."""

import sys

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from ops.standins._server import Answer, Received, Request, serve

received = Received()


def route(request: Request) -> Answer:
    """Take spans, or tell which came."""
    if request.path == "/received/spans":
        return 200, received.page(request)
    if request.path != "/v1/traces":
        return 404, {"error": "there are /v1/traces and /received/spans"}
    if request.headers.get("content-type") != "application/x-protobuf":
        return 415, {"error": "only application/x-protobuf is taken"}
    message = ExportTraceServiceRequest()
    try:
        message.ParseFromString(request.body)
    except DecodeError as error:
        return 400, {"error": str(error)}
    for resource_spans in message.resource_spans:
        resource = plain(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                received.add(
                    {
                        "trace_id": span.trace_id.hex(),
                        "span_id": span.span_id.hex(),
                        "name": span.name,
                        "kind": span.kind,
                        "start": span.start_time_unix_nano,
                        "end": span.end_time_unix_nano,
                        "attributes": plain(span.attributes),
                        "resource": resource,
                        "scope": scope_spans.scope.name,
                    }
                )
    return 200, ExportTraceServiceResponse().SerializeToString()


def plain(attributes: "list[KeyValue]") -> dict[str, object]:
    """Attributes as JSON has them."""
    return {entry.key: value_of(entry.value) for entry in attributes}


def value_of(value: AnyValue) -> object:
    """One value; what is neither text, number nor boolean is spelled out."""
    kind = value.WhichOneof("value")
    if kind in ("string_value", "bool_value", "int_value", "double_value"):
        found: object = getattr(value, kind)
        return found
    return str(value)


if __name__ == "__main__":
    serve(int(sys.argv[1]), route)
