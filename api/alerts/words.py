"""An alert in the words the runner reads, whoever shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from analytics.evidence import SOURCES, Source
from analytics.findings import Finding
from analytics.guardrails.registry import guardrail
from api.alerts.schemas import EvidenceBody
from api.messages.evidence import evidence_text, grade_text
from api.messages.rules import CardWords, card


def telling_finding(findings: Sequence[Finding]) -> Finding:
    """The one of an episode's findings that speaks for it: the latest of the highest level."""
    return max(findings, key=lambda finding: (finding.level.rank, finding.day))


def card_words(finding: Finding, *, clears_on: date, read_on: date) -> CardWords:
    """What a finding says to the runner who reads it on a day."""
    return card(
        finding.key,
        finding.level.value,
        finding.numbers,
        amount=finding.amount,
        ceiling=finding.ceiling,
        channel=finding.channel.value,
        day=finding.day,
        clears_on=clears_on,
        read_on=read_on,
    )


def evidence_body(rule: str) -> EvidenceBody:
    """How sure anyone is about a rule. Raises ``KeyError`` for a rule there is not."""
    evidence = guardrail(rule).evidence
    return EvidenceBody(
        grade=grade_text(evidence.grade.value),
        text=evidence_text(rule),
        sources=[_citation(SOURCES[code]) for code in evidence.sources],
    )


def _citation(source: Source) -> str:
    cited = f"{source.authors} {source.year}, {source.where}"
    return cited if source.doi is None else f"{cited}, doi:{source.doi}"
