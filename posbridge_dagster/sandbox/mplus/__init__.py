"""A pretend MplusKASSA administration that speaks the real SOAP API, described by the WSDL in this folder."""

from posbridge_dagster.sandbox.mplus.sandbox import MplusSandbox

__all__ = ["MplusSandbox"]
