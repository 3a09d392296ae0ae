"""Rules whose waste is of one kind, and is counted in the same rows of a trace."""

SESSIONS = frozenset({"session-recreation", "one-shot-request", "pooling-disabled", "unclosed-session"})
AWAITS = frozenset({"sequential-awaits", "await-in-loop"})
MODELS = frozenset(
    {"repeated-llm-call", "volatile-prompt-prefix", "unbounded-completion", "unbatched-embedding", "blind-retry"}
)
MEASURABLE = SESSIONS | AWAITS | MODELS | {
    *("blocking-call", "dropped-task", "unstored-timer", "missing-timeout", "unbounded-fan-out"),
}
