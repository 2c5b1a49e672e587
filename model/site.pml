/* One instance of `site` and its committer. Stands for ledger.committer.Committer: commit, _land, _look,
 * _settle, _absorb; and for the page that posts its key again. NO_LOOK sends again without looking; NO_ANCHOR
 * does not compare the row before the tail; CURSOR_AHEAD moves the cursor over rows that are not folded.
 */
#ifndef SITES
#define SITES 2            /* instances that visitors reach */
#endif

Folded sites[2];
byte inbox[2];      /* ids that visitors have posted and that are not under way: a bit each */
bool stopped[2];    /* Committer._stopped */
byte late;                  /* a write that its instance has given up: Google may still carry it out */
byte answers_to_lose = LOST;
byte deaths = DEATHS;
#ifdef CURSOR_AHEAD
bool tripped;
#endif

#ifdef NO_LOOK
#define LOOKS false
#else
#define LOOKS true
#endif

#ifdef NO_ANCHOR
#define ANCHOR_STANDS(S) true
#else
#define ANCHOR_STANDS(S) (S.rows == 0 || (S.rows <= length && journal[S.rows - 1] == S.anchor))
#endif

#ifdef CURSOR_AHEAD
#define AHEAD tripped     /* leave the fault to be seen in what a visitor is told */
#else
#define AHEAD false
#endif

inline post(entries) {   /* to whichever instance answers */
  if
  :: inbox[0] = inbox[0] | entries
  :: SITES == 2 -> inbox[1] = inbox[1] | entries
  fi
}

inline read_back(i) {   /* SheetLedger._tail, then Committer._absorb: rows after the cursor, in their order */
  printf("zapis read %d\n", i);
  if
  :: ANCHOR_STANDS(sites[i]) ->
     do
     :: sites[i].rows < length -> id_ = journal[sites[i].rows]; evolve(sites[i], id_)
     :: else -> break
     od;
     /* Who has read the same rows says the same. */
     assert(HANDS || AHEAD || sites[i].standing[0] == truth.standing[0] && sites[i].standing[1] == truth.standing[1]
            && sites[i].standing[2] == truth.standing[2] && sites[i].capacity == truth.capacity)
  :: else -> stopped[i] = true; printf("zapis stopped %d\n", i)
  fi
}

inline settle(i, entries) {   /* Committer._settle: those of `entries` that the state knows are answered */
  id_ = 0;
  do
  :: id_ < REQUESTS && (entries & BIT(id_)) && (sites[i].seen & BIT(id_)) && !stopped[i] ->
     told[id_] = sites[i].standing[id_];
     printf("zapis told %d %d %d\n", i, id_, told[id_]);
     /* What a visitor is told was so in the journal. */
     assert(ever[id_] & BIT(told[id_]));
     id_++
  :: id_ < REQUESTS && !((entries & BIT(id_)) && (sites[i].seen & BIT(id_)) && !stopped[i]) -> id_++
  :: else -> break
  od;
  entries = (stopped[i] -> 0 : entries & ~sites[i].seen)
}

inline forget(i) {   /* a new process: Committer.__init__ */
  sites[i].rows = 0; sites[i].anchor = 0; sites[i].seen = 0; sites[i].version = 0; sites[i].capacity = 0;
  sites[i].edit = 0; sites[i].taken = 0; sites[i].line = 0; sites[i].reminded = 0;
  id_ = 0;
  do
  :: id_ < REQUESTS -> sites[i].place[id_] = 0; sites[i].standing[id_] = 0; sites[i].notices[id_] = 0; id_++
  :: else -> break
  od
}

inline die(i, batch) {   /* the pages of those who waited post their keys again, to whichever instance answers */
  deaths--;
  printf("zapis died %d\n", i);
  d_step { batch = batch | inbox[i]; inbox[i] = 0; forget(i); id_ = 0 };
  post(batch);
  batch = 0
}

#ifdef NO_ROW_ORDER
inline decide(i, entries) {   /* the tutorial's way: look, decide, write the decision down */
  bits_ = sites[i].taken;
  id_ = 0;
  do
  :: id_ < REQUESTS && (entries & BIT(id_)) && decided[id_] == NONE ->
     if
     :: SEATS(bits_) < sites[i].capacity -> decided[id_] = CONFIRMED; bits_ = bits_ | BIT(id_)
     :: else -> decided[id_] = WAITING
     fi;
     id_++
  :: id_ < REQUESTS && !((entries & BIT(id_)) && decided[id_] == NONE) -> id_++
  :: else -> break
  od
}
#endif

inline take(i, batch) {   /* those who have come by now go together: any of those who will ever come, or all */
  if :: inbox[i] & BIT(0) -> batch = batch | BIT(0) :: true fi;
  if :: inbox[i] & BIT(1) -> batch = batch | BIT(1) :: true fi;
  if :: inbox[i] & BIT(2) -> batch = batch | BIT(2) :: true fi;
  if :: inbox[i] & BIT(3) -> batch = batch | BIT(3) :: true fi;
  batch = (batch -> batch : inbox[i]);
  inbox[i] = inbox[i] & ~batch
}

inline call_google(i, batch, look) {   /* Committer._append: rows may land now, later or never; whether they did is not
                                        * known before they are read back */
  if
  :: d_step { printf("zapis call %d %d\n", i, batch); land_all(batch); read_back(i); settle(i, batch) }
  :: answers_to_lose || deaths -> d_step { printf("zapis lost %d %d applied\n", i, batch); land_all(batch); id_ = 0 };
     if
     :: answers_to_lose -> answers_to_lose--; look = LOOKS
     :: deaths -> die(i, batch)
     fi
  :: answers_to_lose -> answers_to_lose--; look = LOOKS; printf("zapis lost %d %d\n", i, batch)
  :: answers_to_lose && LATE -> answers_to_lose--; look = LOOKS; printf("zapis lost %d %d for now\n", i, batch);
     late = batch
  fi
}

proctype Site(byte i) {
  byte batch;     /* what is under way */
  bool look;      /* its answer was lost: read before it is sent again */

end:
  do
  :: atomic { !batch && inbox[i] && !stopped[i] && sites[i].rows == 0 ->   /* commit: refresh(0) */
       d_step { read_back(i); bits_ = inbox[i]; settle(i, bits_); inbox[i] = bits_ } }
  :: atomic { !batch && inbox[i] && !stopped[i] && sites[i].rows > 0 ->
       d_step { bits_ = inbox[i]; settle(i, bits_); inbox[i] = bits_ };   /* commit: `id in state.seen` */
       take(i, batch)
#ifdef NO_ROW_ORDER
       ;d_step { decide(i, batch); id_ = 0 }
#endif
     }
  :: atomic { batch && !look -> call_google(i, batch, look) }   /* Committer._land */
  :: d_step { batch && look ->                                  /* Committer._look: what is not there goes again */
       read_back(i); settle(i, batch); look = false }
  :: atomic { batch && deaths -> look = false; die(i, batch) }
#ifdef CURSOR_AHEAD
  :: d_step { !batch && !tripped && sites[i].rows && sites[i].rows < length ->   /* a read fails having read */
       tripped = true; sites[i].rows = length; sites[i].anchor = journal[length - 1];
       printf("zapis tripped %d\n", i) }
#endif
  od
}

active proctype Google() {   /* a write given up by its caller is carried out after all */
end:
  do
  :: d_step { late -> printf("zapis late %d\n", late); land_all(late); late = 0 }
  od
}

active proctype Ivan() {   /* gives his place back once he knows that he has it; may ask again with the same key */
  byte again = IMPATIENT;
end:
  do
  :: atomic { again && told[IVAN] == NONE -> again = 0;
       post(BIT(IVAN)) }
  :: atomic { told[IVAN] == CONFIRMED || told[IVAN] == WAITING ->
       post(BIT(CANCEL));
       break }
  od
}
