"""A process that works with a ledger, for tests that need real ones.

`claimant.py open URL`: open it and write `open`.
`claimant.py claim URL COUNT`: wait for a line on standard input, claim COUNT records, write the granted ids as JSON.
`claimant.py hold URL COUNT`: claim COUNT records for an hour, write `held`, wait to be killed.
"""

import json
import sys

from posbridge_dagster.ledger import Intent, Ledger, Owner

FLOW = "orders_to_mplus"


def intents(count: int) -> list[Intent]:
    return [Intent(str(number), "s1", "p1") for number in range(count)]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(task: str, url: str, count: str = "0") -> None:
    if task == "open":
        sys.stdin.readline()
    with Ledger.open(url, shop="amsterdam", administration="main") as ledger:
        say("open")
        if task == "claim":
            owner = Owner.of_this_process("run-of-a-process")
            sys.stdin.readline()
            claims = ledger.claim(FLOW, intents(int(count)), owner, lease_s=3600)
            say(json.dumps([source_id for source_id, claim in claims.items() if claim.granted]))
            sys.stdin.readline()  # the owner must be alive while the others claim
        elif task == "hold":
            ledger.claim(FLOW, intents(int(count)), Owner.of_this_process("run-to-be-killed"), lease_s=3600)
            say("held")
            sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])
