"""The digest: what was broken, what waits and what falls due, for each person of an organization.

`periods` says when one is due, `reading` gathers what it says for many people at once, `words` tells it in a person's
language, `writing` claims and writes: one per person and period, whatever happens. `leaving` is the way out of it.
"""
