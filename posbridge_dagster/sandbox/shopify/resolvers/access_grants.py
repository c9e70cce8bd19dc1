"""What the caller is: its app, its scopes, and the versions of the API."""

from typing import Any

from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.scalars import gid
from posbridge_dagster.sandbox.shopify.scene import Scene

VERSIONS = {"2026-01": True, "2026-04": True, "2026-07": True, "2026-10": True, "2027-01": False, "unstable": False}


@resolves("QueryRoot", "currentAppInstallation")
def current_app_installation(_: None, scene: Scene) -> dict[str, Any]:
    """Return the caller's app with the scopes that it was granted."""
    return {
        "__typename": "AppInstallation",
        "id": gid("AppInstallation", 1),
        "app": {"__typename": "App", "id": gid("App", 1), "handle": "sandbox-app", "title": "Sandbox app"},
        "accessScopes": [
            {"__typename": "AccessScope", "handle": scope, "description": scope.replace("_", " ").capitalize()}
            for scope in sorted(scene.scopes)
        ],
    }


@resolves("QueryRoot", "publicApiVersions")
def public_api_versions(_: None, scene: Scene) -> list[dict[str, Any]]:
    """Return the versions that there are."""
    return [{"handle": handle, "displayName": handle, "supported": supported} for handle, supported in VERSIONS.items()]
