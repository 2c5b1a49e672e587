"""The campaign: seeded scenarios of a season's worst minutes, judged from the outside.

    scenario   what is to happen, as data drawn from a seed
    clock      an event loop whose time jumps; strands, which let synchronous code wait on it
    google     spreadsheets with quotas, slow wires and lost answers; `post`, a mail server in the same spirit
    processes  instances of site, sync and deliver that can be killed at any call
    world      all of it put together; `actors` do in it what a scenario says
    judge      a second, naive reading of the journal, written apart from the fold
    checks     what must hold afterwards, whatever happened
    story      what is told of a scenario that failed, cut down to what matters

Everything but Google, the mail server and time itself is the real code.
"""
