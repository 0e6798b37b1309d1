"""The page for people: flows, runs, held writes, dead letters, one record's story.

Rendered on the server, without scripts, from the Python API alone. Airflow serves it at
`/oppbridge`, behind its own sign-in; `oppbridge ui` serves it alone, on loopback, behind a key.
"""
