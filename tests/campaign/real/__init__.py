"""The campaign with real processes: instances as they are deployed, an emulator and a mailbox, and kill -9.

ground   the processes: started once, killed and started again on the same ports and data
plans    what is to happen in one scenario, drawn from a seed
play     visitors over HTTP, the misfortune in their midst, and what must hold afterwards
"""
