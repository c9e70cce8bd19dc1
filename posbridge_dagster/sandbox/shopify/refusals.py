"""Refusals in the words of Shopify: top-level errors with a code. User errors of a mutation are plain values instead."""

from typing import Any

from graphql import GraphQLError


class Refusal(GraphQLError):
    """A top-level error that carries a code; where it is raised by a resolver its field becomes null."""

    def __init__(self, message: str, code: str, **extensions: Any) -> None:
        super().__init__(message, extensions={"code": code, **extensions})


def bad_request(message: str) -> Refusal:
    """Return the refusal of a call that can never work as it is."""
    return Refusal(message, "BAD_REQUEST")


def wrong_id(value: str) -> Refusal:
    """Return the refusal of an id that belongs to another kind of thing."""
    return Refusal(f"Invalid id: {value}", "RESOURCE_NOT_FOUND")


def no_such_definition() -> Refusal:
    """Return the refusal of a custom id whose definition of type ``id`` nobody made."""
    return Refusal("Metafield definition of type 'id' is required when using custom ids.", "NOT_FOUND")


def user_error(message: str, *field: str | int, code: str | None = None) -> dict[str, Any]:
    """Return one entry of ``userErrors``; without a path the field is null."""
    return {"field": list(field) or None, "message": message, "code": code}
