/* The protocol of Zapis, small enough to explore every interleaving. docs/protocol.md explains it; `make model`
 * runs it. A scenario says how much of each kind of trouble there is; NO_... takes a safeguard out.
 */
#ifndef LOST
#define LOST 0            /* answers lost: the write applied, not applied, or applied later */
#endif
#ifndef LATE
#define LATE LOST         /* whether a write whose answer was lost may be applied later */
#endif
#ifndef DEATHS
#define DEATHS 0          /* instances of `site` that die, in the middle of a call too */
#endif
#ifndef IMPATIENT
#define IMPATIENT 0       /* keys posted again while the first call is under way */
#endif
#ifndef HANDS
#define HANDS 0           /* rows deleted by hand */
#endif
#ifndef SYNCS
#define SYNCS 0           /* overlapping runs of `sync` */
#endif
#ifndef MAILERS
#define MAILERS 0         /* overlapping runs of `deliver` */
#endif
#ifndef MAILER_DEATHS
#define MAILER_DEATHS 0   /* runs of `deliver` that die, between acceptance and record too */
#endif
#ifndef PUT_OFF
#define PUT_OFF 0         /* mails that the mail server puts off, the answer to the record being lost */
#endif

#include "entries.pml"
#include "fold.pml"
#include "ledger.pml"
#include "site.pml"
#if SYNCS
#include "sync.pml"
#endif
#if MAILERS
#include "deliver.pml"
#endif

#if HANDS
proctype Hand() {   /* deletes a row that both instances have read: rows below move up */
  byte row;
end:
  atomic {
    sites[0].rows && sites[1].rows ->
    select(row : 0 .. 6);
    if
    :: row < sites[0].rows && row < sites[1].rows && row < length ->
       d_step {
         printf("zapis deleted %d\n", row);
         do
         :: row + 1 < length -> journal[row] = journal[row + 1]; row++
         :: else -> break
         od;
         length--; journal[length] = 0; row = 0
       }
    :: else -> row = 0
    fi
  }
}
#endif

proctype Quiet() {   /* nothing can happen any more */
  timeout ->
  byte r;
  for (r : 0 .. REQUESTS - 1) {
    /* Every visitor has an answer and every request a verdict. */
    assert(HANDS || told[r] != NONE && verdict[r] != NONE);
#if MAILERS
    /* Each notice that is due was sent. */
    assert(truth.notices[r] == 0 || sent[r] & done[r] & BIT(truth.notices[r]))
#endif
  }
}

init {
  atomic {
    offers[0].replaces = 0; offers[0].capacity = 1;
    d_step { land(OFFER) };
    inbox[0] = BIT(IVAN);   /* the two instances are alike: Ivan comes to the first */
    post(BIT(PYOTR));
    post(BIT(IVAN_AGAIN));
    run Site(0); run Site(1);
#if SYNCS
    run Organiser(); run Sync(EDITED); run Sync(EDITED + 1);
#endif
#if HANDS
    run Hand();
#endif
#if MAILERS
    run Deliver(1); run Deliver(2); run Late(); run Clock();
#endif
    run Quiet()
  }
}
