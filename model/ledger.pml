/* The ledger: a list that only grows, each append whole. Stands for ledger.port.Ledger over ledger.sheet, and
 * for assumption A1: one call appends all of its rows and reads back a snapshot that is a prefix of the journal.
 * Each row that lands is folded at once into `truth`, which no instance can see, and held to what is promised.
 */
#define LONGEST 14

byte journal[LONGEST];
byte length;
Folded truth;            /* what the journal implies, in the order in which rows landed */
byte ever[REQUESTS];    /* every standing that each registration has had, a bit each */
byte verdict[REQUESTS]; /* the first of them */
byte told[REQUESTS];    /* the last answer that each visitor was given */

SCRATCH byte id_, r_, bits_, before_, taken_before;

inline land(e) {
  assert(length < LONGEST);
  before_ = truth.edit; taken_before = truth.taken;
  journal[length] = e; length++;
  if
  :: e >= OFFER -> printf("zapis offer %d %d %d\n", e, offers[e - OFFER].replaces, offers[e - OFFER].capacity)
  :: else -> skip
  fi;
  evolve(truth, e);
  printf("zapis row %d %d %d %d %d\n", e, truth.standing[0], truth.standing[1], truth.standing[2], truth.capacity);
  r_ = 0;
  do
  :: r_ < REQUESTS -> ever[r_] = ever[r_] | BIT(truth.standing[r_]); r_++
  :: else -> break
  od;
  /* Nobody is seated above what the capacity allows at this row. */
  assert(!(truth.taken & ~taken_before) || SEATS(truth.taken) <= truth.capacity);
  /* An older edit of the organiser never undoes a later one. */
  assert(truth.edit >= before_);
  /* A request has one verdict, whatever lands again. */
  if
  :: e < REQUESTS && verdict[e] == NONE -> verdict[e] = truth.standing[e]
  :: e < REQUESTS && verdict[e] != NONE ->
     assert(truth.standing[e] != REFUSED || verdict[e] == REFUSED);
     assert(!(ever[e] & BIT(CANCELLED)) || truth.standing[e] == CANCELLED)
  :: else -> skip
  fi
}

inline land_all(entries) {   /* Ledger.append: all rows of one call, in their order, together */
  id_ = 0;
  do
  :: id_ <= CANCEL ->
     if
     :: (entries) & BIT(id_) -> land(id_)
     :: else -> skip
     fi;
     id_++
  :: else -> break
  od
}
