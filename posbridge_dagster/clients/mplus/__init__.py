"""The client of the MplusKASSA SOAP interface.

``MplusClient`` (client.py) makes one call; the functions of articles, relations, orders, invoices and masterdata know what
each call is for. Records are plain dicts in the words of mplusqapi.wsdl, typed as reading.py says.
"""

from posbridge_dagster.clients.mplus.client import MplusClient

__all__ = ["MplusClient"]
