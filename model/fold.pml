/* The fold, rule by rule. Stands for zapis.core.fold.evolve and zapis.core.rules; every seat counts one, the
 * line is open, nothing is frozen. A safeguard is taken out by NO_DEDUPE, NO_VERSION or NO_ROW_ORDER.
 */
typedef Folded {     /* core.fold.State */
  byte rows;                  /* ledger.sheet.SheetLedger._anchors: how many rows were read, ... */
  byte anchor;                /* ... and what stood in the last of them */
  byte seen;                  /* State.seen, a bit for each id */
  byte version;               /* SlotLedger.version */
  byte capacity;              /* SlotLedger.terms.capacity */
  byte edit;                  /* a ghost: which edit of the organiser is in force */
  byte taken;                 /* SlotLedger.confirmed, a bit for each registration */
  byte line;                  /* SlotLedger.waiting, likewise; its order is in place[] */
  byte place[REQUESTS];
  byte standing[REQUESTS];
  byte notices[REQUESTS];     /* how many notices each registration has had: the last one is due */
  byte reminded               /* whose last notice is a reminder (NoticeKind.LINK) */
};

#ifdef SHORTEST
#define SCRATCH           /* breadth-first search, for the shortest trace, knows no hidden variables */
#else
#define SCRATCH hidden    /* set before use within one step, so no part of the state */
#endif

SCRATCH byte one, first, same;

#ifdef NO_DEDUPE
#define KNOWN(S, e) false
#else
#define KNOWN(S, e) (S.seen & BIT(e))
#endif

#ifdef NO_VERSION
#define CURRENT(S, e) true
#else
#define CURRENT(S, e) (offers[e - OFFER].replaces == S.version)
#endif

#ifdef NO_ROW_ORDER
#define HAS_SEAT(S, r) (decided[r] == CONFIRMED)
#else
#define HAS_SEAT(S, r) (SEATS(S.taken) < S.capacity)
#endif

inline notify(S, r) {   /* fold._notify; not counted where nobody mails, or it would only tell states apart */
#if MAILERS
  S.notices[r]++;
  S.reminded = S.reminded & ~BIT(r)
#else
  skip
#endif
}

inline remind(S, r) {   /* fold._remind; all that happens here happens within the hour */
  if
  :: S.reminded & BIT(r) -> skip
  :: else -> notify(S, r); S.reminded = (MAILERS -> S.reminded | BIT(r) : 0)
  fi
}

inline promote(S) {   /* fold._promote, rules.next_in_line */
  do
  :: S.line && SEATS(S.taken) < S.capacity ->
     first = NOBODY; one = 0;
     do
     :: one < REQUESTS ->
        if
        :: !(S.line & BIT(one)) -> skip
        :: else ->
           if
           :: first == NOBODY -> first = one
           :: else -> first = (S.place[one] < S.place[first] -> one : first)
           fi
        fi;
        one++
     :: else -> break
     od;
     S.line = S.line & ~BIT(first); S.place[first] = 0;
     S.taken = S.taken | BIT(first);
     S.standing[first] = CONFIRMED;
     notify(S, first)
  :: else -> break
  od
}

inline requested(S, r) {   /* fold._requested, _judge, _already_in; rules.seat_for */
  same = (S.taken | S.line) & SAME_PERSON(r);
  if
  :: same ->
     S.standing[r] = REFUSED;
     same = (same & BIT(PYOTR) -> PYOTR : (same & BIT(IVAN) -> IVAN : IVAN_AGAIN));
     remind(S, same)
  :: else ->
     if
     :: HAS_SEAT(S, r) -> S.standing[r] = CONFIRMED; S.taken = S.taken | BIT(r)
     :: else -> S.standing[r] = WAITING; S.line = S.line | BIT(r); S.place[r] = S.rows + 1
     fi;
     notify(S, r)
  fi
}

inline cancelled(S, r) {   /* fold._cancelled, _release */
  if
  :: S.standing[r] == CONFIRMED || S.standing[r] == WAITING ->
     S.taken = S.taken & ~BIT(r); S.line = S.line & ~BIT(r); S.place[r] = 0;
     S.standing[r] = CANCELLED;
     notify(S, r);
     promote(S)
  :: else -> skip
  fi
}

inline slot_offered(S, e) {   /* fold._slot_offered */
  if
  :: CURRENT(S, e) ->
     S.capacity = offers[e - OFFER].capacity;
     S.edit = offers[e - OFFER].edit;
     S.version++;
     promote(S)
  :: else -> skip
  fi
}

inline evolve(S, e) {   /* fold.evolve */
  if
  :: KNOWN(S, e) -> skip
  :: else ->
     S.seen = S.seen | BIT(e);
     if
     :: e < REQUESTS -> requested(S, e)
     :: e == CANCEL -> cancelled(S, IVAN)
     :: else -> slot_offered(S, e)
     fi
  fi;
  S.rows++; S.anchor = e
}
