/* Overlapping runs of `deliver` over one outbox. Stands for core.notices: Outbox._claim, holds, _end, due; and
 * for the order that `deliver` keeps: hear, claim and read back, send what it holds and what is still due,
 * record. The outbox is kept folded: its rows are applied as they land and every call reads all of them.
 * A notice is a registration and a number. NO_CLAIM, NO_SECOND_LOOK, NO_DEADLINE and
 * ANYONE_DEFERS take a safeguard out.
 */
byte claims[2 * REQUESTS];  /* Outbox.claims: for each run and registration a bit for each number it has claimed */
byte done[REQUESTS];        /* Outbox.done, a bit for each number */
byte sent[REQUESTS];        /* mails that the mail server took, a bit for each number */
byte excused[REQUESTS];     /* notices that may go twice: a run died between acceptance and record */
byte dying = MAILER_DEATHS;
byte to_put_off = PUT_OFF;  /* mails that the mail server will not take now */
byte again;                 /* the number of the notice whose deferral lands twice, its answer having been lost */
byte dead;                  /* the run that died, while its claims last */

SCRATCH byte n_;

#define CLAIMS(run, r) claims[(run - 1) * REQUESTS + r]

#ifdef NO_CLAIM
#define HOLDS(me, r, n) !(done[r] & BIT(n))
#else
#define HOLDS(me, r, n) ((CLAIMS(me, r) & BIT(n)) && !(done[r] & BIT(n)))
#endif

#ifdef NO_SECOND_LOOK
#define STILL_DUE(r, n) true
#else
#define STILL_DUE(r, n) (truth.notices[r] == n)
#endif

#define FREE(r, n) !((CLAIMS(1, r) | CLAIMS(2, r)) & BIT(n))
#define DUE(r) (truth.notices[r] && !(done[r] & BIT(truth.notices[r])) && FREE(r, truth.notices[r]))

inline claim() {   /* the row lands; Outbox._claim: the first claim wins. Then the same call's read-back */
  r_ = 0;
  do
  :: r_ < REQUESTS ->
     n_ = due[r_];
     if
     :: n_ ->
        printf("zapis claim %d %d %d\n", me, r_, n_);
        if :: FREE(r_, n_) -> CLAIMS(me, r_) = CLAIMS(me, r_) | BIT(n_) :: else -> skip fi
     :: else -> skip
     fi;
     latest[r_] = truth.notices[r_];
     if
     :: n_ && HOLDS(me, r_, n_) && STILL_DUE(r_, n_) -> skip
     :: else -> due[r_] = 0
     fi;
     r_++
  :: else -> break
  od
}

inline send(r) {
  printf("zapis send %d %d %d\n", me, r, due[r]);
  /* Nobody is mailed a state that was overtaken before the claim. */
  assert(due[r] == latest[r]);
  /* A mail goes twice only where a run died between acceptance and record. */
  assert(!(sent[r] & BIT(due[r])) || (excused[r] & BIT(due[r])));
  sent[r] = sent[r] | BIT(due[r]);
  going[r] = due[r]; due[r] = 0
}

inline put_off(r) {   /* smtp.Deferred; the row lands, its answer is lost, so it will be written once more */
  d_step {
    to_put_off = 0; again = due[r]; due[r] = 0;
    CLAIMS(me, r) = CLAIMS(me, r) & ~BIT(again);
    printf("zapis deferred %d %d %d\n", me, r, again)
  }
}

inline record() {   /* Outbox._end */
  r_ = 0;
  do
  :: r_ < REQUESTS ->
     n_ = going[r_];
     if
     :: n_ -> done[r_] = done[r_] | BIT(n_); printf("zapis sent %d %d %d\n", me, r_, n_);
        CLAIMS(1, r_) = CLAIMS(1, r_) & ~BIT(n_); CLAIMS(2, r_) = CLAIMS(2, r_) & ~BIT(n_)
     :: else -> skip
     fi;
     going[r_] = 0; latest[r_] = 0; r_++
  :: else -> break
  od
}

inline die_unrecorded() {
  dying--; dead = me; printf("zapis died %d\n", me);
  r_ = 0;
  do
  :: r_ < REQUESTS ->
     excused[r_] = (going[r_] -> excused[r_] | BIT(going[r_]) : excused[r_]);
     due[r_] = 0; going[r_] = 0; latest[r_] = 0; r_++
  :: else -> break
  od
}

proctype Deliver(byte me) {
  byte due[REQUESTS], latest[REQUESTS], going[REQUESTS];

end:
  do
  :: d_step { me != dead && (DUE(0) || DUE(1) || DUE(2)) ->   /* notices.due */
       r_ = 0;
       do
       :: r_ < REQUESTS -> due[r_] = (DUE(r_) -> truth.notices[r_] : 0); r_++
       :: else -> break
       od;
       r_ = 0 };
     d_step { claim(); r_ = 0 };
     atomic {   /* between its own mails a run looks at nothing */
       do
       :: due[0] -> send(0)
       :: !due[0] && due[1] -> send(1)
       :: !due[0] && !due[1] && due[2] -> send(2)
       :: !due[0] && !due[1] && !due[2] -> break
       :: due[0] && to_put_off -> put_off(0)
       :: dying -> d_step { die_unrecorded(); r_ = 0 }; goto end
       od
     };
     if
     :: d_step { record(); r_ = 0 }
     :: d_step { dying -> die_unrecorded(); r_ = 0 }
     fi
  od
}

proctype Late() {
end:   /* Outbox._apply: a deferral frees the claim of its own run, which is free by now */
  d_step { again ->
    printf("zapis deferred again %d\n", again);
#ifdef ANYONE_DEFERS
    CLAIMS(1, 0) = CLAIMS(1, 0) & ~BIT(again); CLAIMS(2, 0) = CLAIMS(2, 0) & ~BIT(again);
#endif
    again = 0 }
}

proctype Clock() {   /* CLAIM_LASTS has passed. `deliver` stops well before, so only a dead run's claim lapses */
end:
  do
#ifdef NO_DEADLINE
  :: d_step { CLAIMS(1, 0) -> printf("zapis lapse 1\n"); CLAIMS(1, 0) = 0 } break
#endif
  :: d_step { dead ->
       printf("zapis lapse %d\n", dead);
       r_ = 0;
       do
       :: r_ < REQUESTS -> CLAIMS(dead, r_) = 0; r_++
       :: else -> break
       od;
       dead = 0 }
  od
}
