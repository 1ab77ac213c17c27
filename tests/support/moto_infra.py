"""What `infra/` needs of moto beyond what it does by itself.

Where moto 5.2.1 answers Terraform unlike AWS, it is brought closer here:
- GetQueueAttributes: a RedrivePolicy without spaces, as it was given;
- GetTopicAttributes: the SignatureVersion that was set;
- EventBridge's TestEventPattern, which moto lacks: moto's own matching of rules answers.
"""

import json
import re
from urllib.parse import parse_qs

from moto.events.models import EventPattern, EventPatternParser
from moto.sns.models import sns_backends


def closer(request, asked, body):
    """The answer `body` to what was `asked` as AWS would give it."""
    if request["action"] == "sqs:GetQueueAttributes":
        return compact_redrive_policy(body)
    if request["action"] == "sns:GetTopicAttributes":
        arn = parse_qs(asked.decode())["TopicArn"][0]
        topic = sns_backends[request["account"]][request["region"]].topics[arn]
        return with_signature_version(body, getattr(topic, "signature_version", None))
    return body


def compact_redrive_policy(body):
    answer = json.loads(body)
    attributes = answer.get("Attributes", {})
    if "RedrivePolicy" in attributes:
        policy = json.loads(attributes["RedrivePolicy"])
        attributes["RedrivePolicy"] = json.dumps(policy, separators=(",", ":"), sort_keys=True)
    return json.dumps(answer).encode()


def with_signature_version(body, version):
    if version is None:
        return body
    entry = f"<entry><key>SignatureVersion</key><value>{version}</value></entry></Attributes>"
    return re.sub(rb"</Attributes>", entry.encode(), body)


def matching(patterns, event):
    """The names of the `patterns` that `event` matches."""
    parsed = {name: EventPatternParser(pattern).parse() for name, pattern in patterns.items()}
    return [
        name
        for name, pattern in parsed.items()
        if EventPattern(None, pattern).matches_event(event)
    ]
