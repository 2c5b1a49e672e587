/* Entries and who wrote them. An entry is immutable, so its id says all of it: a row of the journal is an id.
 * Stands for zapis.core.entries.
 */
#define REQUESTS   3
#define IVAN       0        /* Ivan's request: he and Pyotr want the last seat */
#define PYOTR      1
#define IVAN_AGAIN 2        /* Ivan once more under another key, through another instance perhaps */
#define CANCEL     3        /* Ivan gives his seat back */
#define OFFER      4        /* the terms in force at the beginning: one seat */
#define EDITED     5        /* 5, 6: what the two runs of sync offer */
#define NOBODY     255

#define BIT(n)       (1 << (n))
#define SEATS(bits)  (((bits) & 1) + (((bits) >> 1) & 1) + (((bits) >> 2) & 1))
#define SAME_PERSON(r) ((r) == PYOTR -> BIT(PYOTR) : BIT(IVAN) | BIT(IVAN_AGAIN))

/* Standing. */
#define NONE      0
#define CONFIRMED 1
#define WAITING   2
#define REFUSED   3
#define CANCELLED 4

typedef Offer { byte replaces; byte capacity; byte edit };   /* edit: a ghost, the organiser's edit it carries */
Offer offers[3];

#ifdef NO_ROW_ORDER
byte decided[REQUESTS];   /* what the writer wrote beside its own row */
#endif
