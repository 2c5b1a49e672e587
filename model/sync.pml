/* Two runs of `sync` that overlap, and an organiser who edits one slot twice: more seats, then none. Stands for
 * publish.sync.Sync (_hear, read_file, decide, _commit). A run that is slow lands its offer late.
 * SYNC_READS_SHEET_FIRST turns the first two steps round.
 */
byte cell = 1;      /* the capacity as it stands in the sheet */
byte edit;          /* how often the organiser has changed it */
bool heard;

proctype Organiser() {
  d_step { cell = 2; edit = 1; printf("zapis edit 2\n") };
  d_step { cell = 0; edit = 2; printf("zapis edit 0\n") }
}

inline hear() {   /* Sync._hear: what the whole journal says */
  d_step { replaces = truth.version; in_force = truth.capacity; heard = true }
}

inline read_cell() {   /* files.read_file */
  d_step { wanted = cell; carries = edit; heard = true }
}

inline done_with() {   /* what a finished run remembers makes no difference: let it make none between states */
  replaces = 0; in_force = 0; wanted = 0; carries = 0
}

proctype Sync(byte e) {
  byte replaces, in_force, wanted, carries;
  (e == EDITED || heard);   /* the two are alike: call that one the first which hears first */
#ifdef SYNC_READS_SHEET_FIRST
  read_cell(); hear();
#else
  hear(); read_cell();
#endif
  if
  :: d_step { wanted != in_force ->   /* offers._offer, Sync._commit */
       offers[e - OFFER].replaces = replaces;
       offers[e - OFFER].capacity = wanted;
       offers[e - OFFER].edit = carries;
       land(e);
       done_with() }
  :: d_step { wanted == in_force -> done_with() }
  fi
}
