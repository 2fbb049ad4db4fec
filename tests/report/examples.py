"""Diagnostics to render."""

from __future__ import annotations

from lstmlint.findings import Confidence, Diagnostic, Edit, Fix, Reason, Safety, Severity
from lstmlint.source import Span

MODEL = """\
class Tagger(nn.Module):
    def __init__(self):
        self.lstm = nn.LSTM(32, 64)

    def forward(self, x):
        batch, steps, _ = x.shape
        out, _ = self.lstm(x)
        return out
"""


def diagnostic(
    span: Span,
    *because: Reason,
    message: str = "`self.lstm` reads axis 0 of `x` as time, but it is the batch",
    cure: str = "build it with `batch_first=True`",
    confidence: Confidence = Confidence.CERTAIN,
    severity: Severity = Severity.ERROR,
    fix: Fix | None = None,
) -> Diagnostic:
    """A diagnostic of one rule."""
    return Diagnostic(span, "torch-missing-batch-first", "LST101", severity, confidence, message, because, cure, fix)


CALLED = Span("model.py", 7, 18, 7, 30)
COMPLETE = diagnostic(
    CALLED,
    Reason(Span("model.py", 3, 21, 3, 36), "built here without batch_first"),
    Reason(Span("model.py", 6, 9, 6, 24), "names axis 0 `batch`"),
    fix=Fix("add batch_first=True", Safety.UNSAFE, (Edit(Span("model.py", 3, 35, 3, 35), ", batch_first=True"),)),
)
