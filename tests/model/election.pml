/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Model of the election of the owner, as alarms/election.[ch] does it (ownership, D3, D4, D6).
 *
 * Two models in one file:
 *   default   untimed: lease with epochs and fence in the store, ordered claims at the broker.
 *             Lease expiry, pauses, kills, cuts and broker restarts may come at any moment, so
 *             the safety results do not lean on any timing.
 *   -DTIMED   discrete time: when may a new owner act outside? The old one stops when it does
 *             not hear itself (T_echo); the new one took over after it was silent for long
 *             (T_dead), or at once because its presence was emptied by the last will, and then
 *             it settles first (T_settle).
 *
 * What differs from the first model, because the program does:
 *   - a new epoch is above whatever was seen anywhere, not only above the lease's last one;
 *   - an owner that lost the broker keeps the lease as "infra": who is connected may take it,
 *     and nobody else; a blind instance may take a free one as "infra" as well;
 *   - an owner by the broker's word gives back what it still holds of the lease, then acquires
 *     anew; it yields to the store's owner only when that has a higher epoch;
 *   - suspicion need not wait for T_dead (last will, resignation): in the safety runs it comes
 *     at any moment anyway, the timed model has it as a way of its own.
 * Not in here, but in tests/election_world.c: presences that tell ranks, resignations, the
 * marker that drains the inbox, clock steps of the store, hand-over.
 *
 * tests/model/run.sh runs all of it, and the mutations that must fail:
 *   -DSAFETY -DBUG_NOFENCE    owner writes without the epoch check
 *   -DSAFETY -DBUG_ROLLBACK   a fail-over of the store loses the last grant, and the epoch is a
 *                             bare counter
 *   -DSAFETY -DBUG_LASTWINS   the last claim of a term wins instead of the first
 *   -DSAFETY -DBUG_ONETOPIC   one shared retained claim topic instead of one per instance
 *   -DSAFETY -DBUG_KEEPCONN   fallback ownership survives a lost broker connection
 *   -DBUG_BLINDKEEPS (some_owner)  a holder that lost the broker keeps its lease
 *   -DFAULTS=3 -DBUG_SAMEEPOCH (one_owner)  a thawed owner by the store ignores a claim of its
 *                             own epoch
 *   -DFAULTS=3 -DBUG_SILENT (one_owner)     an owner does not repeat its rank
 *   -DTIMED -DBUG_NORESET     beacon age is not restarted after a reconnect
 *   -DTIMED -DBUG_TIMERS      T_dead is not longer than T_echo
 *   -DTIMED -DBUG_NOSETTLE    who took over because of a last will acts at once
 */
#ifndef N
#define N 2
#endif
#ifndef FAULTS
#define FAULTS 3
#endif
#define NONE 15

#ifndef TIMED
/* ------------------------------------------------------------------ untimed model */
#define STBY  0      /* standby                                            */
#define PGO   1      /* believes it holds the PG lease (epoch me[i])       */
#define CLAIM 2      /* has published a fallback claim, waits for its echo */
#define FBO   3      /* won fallback term (me[i],mt[i])                    */
#ifndef CAP
#define CAP   5
#endif

/* environment */
bool pgup = true, brup = true, calm = false;
bool lp[N], lb[N], awake[N], alive[N];
byte faults = FAULTS;

/* PostgreSQL lease row */
byte holder = NONE; byte epoch = 0; bool live = false;
bool infra = false;                               /* its holder has no broker: who has one may take it */
byte pholder = NONE; byte pepoch = 0;             /* previous row, for the rollback mutation */

/* broker: one retained claim per instance (a single shared topic would let an older claim overwrite a newer
 * one: the checker found that, see -DBUG_ONETOPIC) and ordered delivery to every live connection */
byte re[N], rt[N];
bool conn[N];                                     /* broker's view: TCP session alive */
chan inbox[N] = [CAP] of { byte, byte, byte };    /* epoch, term, id: broker to client, in one global order */
chan out[N]   = [2] of { byte, byte };            /* client to broker, still in flight */

/* instances */
byte st[N], me[N], mt[N], se[N], stt[N];          /* state, own (epoch,term), highest seen (epoch,term) */
#ifndef SAFETY
bool want[N];                                     /* take-over timer has run out */
#endif

/* observers */
byte committer[40]; byte lastc = 0;

#define PG(i)    (pgup && lp[i])
#define BR(i)    (brup && lb[i])
#define UP(i)    (alive[i] && awake[i])
#define GT(a,b,c,d) ((a) > (c) || ((a) == (c) && (b) > (d)))
#define ACT(i)   (UP(i) && conn[i] && ((st[i]==PGO && PG(i) && holder==i && epoch==me[i] && live) || st[i]==FBO))
#define BUSY(i)  (ACT(i) || (UP(i) && conn[i] && st[i]==CLAIM))  /* an owner, or a claim that is being decided */
#if N == 2
#define NACT     (ACT(0) + ACT(1))
#define SOMECONN ((UP(0) && BR(0)) || (UP(1) && BR(1)))
#define SEEN(i)  ((i==0 && BUSY(1)) || (i==1 && BUSY(0)))
#else
#define NACT     (ACT(0) + ACT(1) + ACT(2))
#define SOMECONN ((UP(0) && BR(0)) || (UP(1) && BR(1)) || (UP(2) && BR(2)))
#define SEEN(i)  ((i!=0 && BUSY(0)) || (i!=1 && BUSY(1)) || (i!=2 && BUSY(2)))
#endif
#ifdef SAFETY
#define SUSPECT(i) true                           /* detector may be wrong at any time */
#ifndef EB
#define EB 4
#endif
#ifndef TB
#define TB 3
#endif
#define BOUND (epoch < EB && se[i] < EB && stt[i] < TB)   /* keeps the state space finite */
#define WANT(i) true
#else
/* take-over timer: it runs out only in a quiet system (message delay < T_dead), restarts with every claim heard,
 * and two instances may run out together: the decision (want) and the claim are separate steps */
#if N == 2
#define QUIET    (empty(out[0]) && empty(out[1]) && (!UP(0) || empty(inbox[0])) && (!UP(1) || empty(inbox[1])))
#else
#define QUIET    (empty(out[0]) && empty(out[1]) && empty(out[2]) && (!UP(0) || empty(inbox[0])) && (!UP(1) || empty(inbox[1])) && (!UP(2) || empty(inbox[2])))
#endif
#define SUSPECT(i) (!SEEN(i) && QUIET)
#define WANT(i) want[i]
#define BOUND true
#endif

#ifdef SAFETY
#define UNWANT(k)
#else
#define UNWANT(k) want[k] = false;
#endif

inline flush(k) { do :: nempty(inbox[k]) -> inbox[k]?_,_,_ :: empty(inbox[k]) -> break od }

inline drop(k)  { conn[k] = false; UNWANT(k) flush(k); do :: nempty(out[k]) -> out[k]?_,_ :: empty(out[k]) -> break od }

inline distribute(e,t,k) {                        /* broker: retain, then append to every live connection */
#ifdef BUG_ONETOPIC
  re[0] = e; rt[0] = t; j = 0;
#else
  re[k] = e; rt[k] = t; j = 0;
#endif
  do
  :: j < N ->
     if
     :: conn[j] && nfull(inbox[j]) -> inbox[j]!e,t,k
     :: conn[j] && full(inbox[j])  -> drop(j)     /* slow consumer is cut off */
     :: !conn[j] -> skip
     fi; j++
  :: else -> break
  od; j = 0 }

inline retained(i) {                              /* highest retained claim of all instances */
  j = 0;
  do
  :: j < N -> if :: GT(re[j],rt[j],se[i],stt[i]) -> se[i] = re[j]; stt[i] = rt[j] :: else -> skip fi; j++
  :: else -> break
  od; j = 0 }

inline commit(i) {                                /* owner-only write: fence and write in one transaction */
#ifdef BUG_NOFENCE
  if :: true ->
#else
  if :: holder == i && epoch == me[i] ->
#endif
     assert(committer[me[i]] == NONE || committer[me[i]] == i);   /* S1: one writer per epoch        */
     assert(me[i] >= lastc);                                      /* S2: no write after a newer one  */
     committer[me[i]] = i; lastc = me[i]
#ifndef BUG_NOFENCE
     :: else -> st[i] = STBY                                      /* fenced off */
#endif
  fi }

inline check_fb(i) {                              /* S3: two live fallback owners never share a term, and the */
  j = 0;                                          /*     older one already has its dismissal in its inbox     */
  do
  :: j < N ->
     if
     :: j != i && st[j] == FBO && conn[j] ->
        assert(!(me[j] == me[i] && mt[j] == mt[i]));
        assert(GT(me[j],mt[j],me[i],mt[i]) || nempty(inbox[j]))
     :: else -> skip
     fi; j++
  :: else -> break
  od; j = 0 }

/* a PG owner that hears a higher rank steps down; if the lease is still its own (a fallback claim of the same epoch was made
 * while it slept) it gives the lease back, so that the next PG owner gets a fresh, higher epoch */
#ifdef BUG_SAMEEPOCH
#define DISMISS(i) if :: se[i] > me[i] -> st[i] = STBY :: else -> skip fi
#else
#define DISMISS(i) st[i] = STBY; if :: PG(i) && holder == i && epoch == me[i] -> live = false :: else -> skip fi
#endif

#ifdef BUG_SILENT
#define SAYAGAIN(i) skip
#else
#define SAYAGAIN(i) if :: nfull(out[i]) -> out[i]!me[i],mt[i] :: full(out[i]) -> skip fi
#endif

inline receive(i) {
  inbox[i]?ce,ct,ck;
#ifndef SAFETY
  want[i] = false;
#endif
  if
  :: GT(ce,ct,se[i],stt[i]) ->
     se[i] = ce; stt[i] = ct;
     if
     :: ck == i && st[i] == CLAIM && ce == me[i] && ct == mt[i] -> st[i] = FBO; check_fb(i)
#ifdef BUG_LASTWINS
     :: ck != i && (st[i] == CLAIM || st[i] == FBO) && GT(ce,ct,me[i],mt[i]) -> st[i] = STBY
#else
     :: ck != i && (st[i] == CLAIM || st[i] == FBO) -> st[i] = STBY
#endif
     :: ck != i && st[i] == PGO && GT(ce,ct,me[i],0) -> DISMISS(i)
     :: else -> skip
     fi
#ifdef BUG_LASTWINS
  :: ce == se[i] && ct == stt[i] && ck == i && st[i] == CLAIM -> st[i] = FBO; check_fb(i)
#else
  :: ce == se[i] && ct == stt[i] && ck == i && st[i] == CLAIM -> st[i] = STBY   /* came second */
#endif
  :: !GT(ce,ct,se[i],stt[i]) && !(ce == se[i] && ct == stt[i] && ck == i && st[i] == CLAIM) ->
     if                                           /* a lower claim of somebody else: the owner says its rank again */
     :: ck != i && (st[i] == PGO || st[i] == FBO) && GT(me[i],mt[i],ce,ct) -> SAYAGAIN(i)
     :: !(ck != i && (st[i] == PGO || st[i] == FBO) && GT(me[i],mt[i],ce,ct)) -> skip
     fi
  fi; ce = 0; ct = 0; ck = 0 }

inline acquire(i) {
  pholder = holder; pepoch = epoch;
  #ifdef BUG_ROLLBACK
  epoch = epoch + 1;
#else
  epoch = (epoch > se[i] -> epoch : se[i]) + 1;
#endif
  holder = i; live = true; infra = !conn[i]; me[i] = epoch; mt[i] = 0; st[i] = PGO;
  assert(epoch < 40);
  if :: conn[i] && nfull(out[i]) -> out[i]!epoch,0 :: !conn[i] -> skip :: full(out[i]) -> skip fi;
  se[i] = (epoch > se[i] -> epoch : se[i]); stt[i] = (epoch == se[i] && stt[i] != 0 && me[i] == se[i] -> 0 : stt[i]) }

inline claim(i) {
#ifndef SAFETY
  want[i] = false;
#endif
  me[i] = se[i]; mt[i] = stt[i] + 1; st[i] = CLAIM; assert(mt[i] < 40);
  out[i]!me[i],mt[i] }

proctype Inst(byte i) {
  byte j, ce, ct, ck;
end_i:
  do
  /* connection handling */
#ifndef BUG_KEEPCONN
  :: atomic { UP(i) && !conn[i] && (st[i] == CLAIM || st[i] == FBO) -> st[i] = STBY }   /* ownership is bound to the connection */
  :: atomic { UP(i) && !conn[i] && BR(i) && st[i] != CLAIM && st[i] != FBO -> conn[i] = true;
        retained(i);                                                          /* retained claims arrive first */
        if :: st[i] == PGO && GT(se[i],stt[i],me[i],0) -> DISMISS(i)
           :: st[i] == PGO && !GT(se[i],stt[i],me[i],0) -> SAYAGAIN(i)
           :: st[i] != PGO -> skip fi }
#else
  :: atomic { UP(i) && !conn[i] && BR(i) -> conn[i] = true; retained(i) }
#endif
  :: atomic { UP(i) && conn[i] && nempty(inbox[i]) -> receive(i) }
  /* PG side */
  :: atomic { UP(i) && st[i] != PGO && st[i] != CLAIM && PG(i) && (!live || (infra && holder != i)) && conn[i] && empty(inbox[i]) && BOUND -> acquire(i) }
  :: atomic { UP(i) && st[i] == STBY && PG(i) && !live && !conn[i] && !BR(i) && BOUND -> acquire(i) }               /* blind: for "the broker is away" */
  :: atomic { UP(i) && st[i] == FBO && PG(i) && live && holder != i && epoch > me[i] && empty(inbox[i]) -> st[i] = STBY }   /* a newer owner by the store: yield */
  :: atomic { UP(i) && (st[i] == FBO || st[i] == STBY) && PG(i) && live && holder == i -> live = false }            /* what is left of an own grant goes back */
  :: atomic { UP(i) && st[i] == PGO && PG(i) && holder == i && epoch == me[i] && conn[i] && (!live || infra) -> live = true; infra = false }  /* renew: nobody took it */
  :: atomic { UP(i) && st[i] == PGO && PG(i) && !(holder == i && epoch == me[i]) -> st[i] = STBY }
#ifndef BUG_BLINDKEEPS
  :: atomic { UP(i) && st[i] == PGO && PG(i) && !conn[i] && !BR(i) && holder == i && epoch == me[i] && !infra -> infra = true }
  :: atomic { UP(i) && st[i] == PGO && !PG(i) && !conn[i] && !BR(i) -> st[i] = STBY }
#endif
#ifdef SAFETY
  :: atomic { UP(i) && st[i] == PGO && PG(i) -> commit(i) }
#endif
  /* fallback side */
  :: atomic { UP(i) && st[i] == PGO && !PG(i) && conn[i] && empty(inbox[i]) && nfull(out[i]) && BOUND -> claim(i) }
#ifndef SAFETY
  :: atomic { UP(i) && st[i] == STBY && !PG(i) && conn[i] && !want[i] && SUSPECT(i) -> want[i] = true }
#endif
  :: atomic { UP(i) && st[i] == STBY && !PG(i) && conn[i] && empty(inbox[i]) && nfull(out[i]) && WANT(i) && BOUND -> claim(i) }
  od }

proctype Broker() {                               /* picks pending publications in any order, delivers in one order */
  byte i, j, ce, ct;
end_b:
  do
  :: atomic { brup && nempty(out[0]) -> out[0]?ce,ct; distribute(ce,ct,0); ce = 0; ct = 0 }
  :: atomic { brup && nempty(out[1]) -> out[1]?ce,ct; distribute(ce,ct,1); ce = 0; ct = 0 }
#if N > 2
  :: atomic { brup && nempty(out[2]) -> out[2]?ce,ct; distribute(ce,ct,2); ce = 0; ct = 0 }
#endif
  od }

proctype Expire() {
end_e:
  do
#ifdef SAFETY
  :: atomic { live -> live = false }                      /* any time: covers clock steps and long pauses */
#else
  :: atomic { live && !(holder != NONE && UP(holder) && PG(holder) && st[holder] == PGO && me[holder] == epoch) -> live = false }
#endif
  od }

inline kill(k) { alive[k] = false; st[k] = STBY; me[k] = 0; mt[k] = 0; se[k] = 0; stt[k] = 0; drop(k) }

proctype Env() {
  byte k; byte j;
  do
  :: atomic { faults > 0 -> faults--;
     if :: k = 0 :: k = 1
#if N > 2
        :: k = 2
#endif
     fi;
     if
     :: pgup -> pgup = false
     :: !pgup -> pgup = true
     :: brup -> brup = false; j = 0; do :: j < N -> drop(j); j++ :: else -> break od;
        if :: j = 0; do :: j < N -> re[j] = 0; rt[j] = 0; j++ :: else -> break od :: skip fi   /* restart may lose retained state */
     :: !brup -> brup = true
     :: lp[k] -> lp[k] = false
     :: !lp[k] -> lp[k] = true
     :: lb[k] -> lb[k] = false; drop(k)
     :: !lb[k] -> lb[k] = true
     :: awake[k] -> awake[k] = false                          /* SIGSTOP */
     :: !awake[k] -> awake[k] = true                          /* SIGCONT */
     :: alive[k] -> kill(k)                               /* kill -9 */
     :: !alive[k] -> alive[k] = true                      /* restart */
#ifdef BUG_ROLLBACK
     :: pepoch != epoch -> epoch = pepoch; holder = pholder; live = false
#endif
     fi; k = 0; j = 0 }
  :: atomic { calm = true -> break }
  od }

#ifndef SAFETY
proctype Idle() { bit b; do :: timeout -> b = 1 - b od }   /* a quiet system is not a deadlock: keep the run infinite */
#endif

init {
  byte k;
  atomic {
    k = 0; do :: k < 40 -> committer[k] = NONE; k++ :: else -> break od;
    k = 0; do :: k < N -> lp[k] = true; lb[k] = true; awake[k] = true; alive[k] = true; k++ :: else -> break od;
    k = 0; do :: k < N -> run Inst(k); k++ :: else -> break od;
    run Broker(); run Expire(); run Env()
#ifndef SAFETY
    ; run Idle()
#endif
  } }

#ifndef SAFETY
/* L1: an instance that lives and reaches the broker implies an owner, always again */
ltl some_owner { [] ((calm && SOMECONN) -> <> (NACT > 0)) }
/* L2: after the faults end exactly one owner remains for good */
ltl one_owner  { [] ((calm && SOMECONN) -> <> [] (NACT == 1)) }
#endif

#else
/* ------------------------------------------------------------------ timed model: who may act outside */
#define TE 2                                  /* T_echo: own echo older than this -> stop acting */
#ifdef BUG_TIMERS
#define TD 1
#else
#define TD 4                                  /* T_dead: take over, no owner beacon for this long */
#endif
#ifdef BUG_NOSETTLE
#define TS 0
#else
#define TS 3                                  /* T_settle: T_echo and one more */
#endif
#define MAXA 6
bool lb[N], awake[N], own[N]; byte ae[N], ab[N], ts[N];
#define ACTS(i) (awake[i] && own[i] && ae[i] < TE && ts[i] == 0)

inline beacon(i) {                            /* heard by itself and by all that are connected */
  ae[i] = 0; j = 0;
  do
  :: j < N ->
     if
     :: j != i && lb[j] -> ab[j] = 0; if :: awake[j] && own[j] -> own[j] = false :: else -> skip fi  /* the newer one wins */
     :: else -> skip
     fi; j++
  :: else -> break
  od; j = 0 }

active proctype World() {
  byte i, j; bool will;
  i = 0; do :: i < N -> lb[i] = true; awake[i] = true; i++ :: else -> break od;
  do
  :: atomic {
     /* 1: the environment cuts or heals links, pauses or resumes processes */
     i = 0;
     do
     :: i < N ->
        if
        :: skip
        :: lb[i] -> lb[i] = false
        :: !lb[i] -> lb[i] = true;
#ifndef BUG_NORESET
           ab[i] = 0;                          /* listen a full TD after a reconnect */
#endif
           if :: awake[i] -> own[i] = false :: else -> skip fi    /* the connection was lost */
        :: awake[i] -> awake[i] = false
        :: !awake[i] -> awake[i] = true
        fi; i++
     :: else -> break
     od;
     /* 2: one tick passes for everybody, paused or not (CLOCK_BOOTTIME) */
     i = 0;
     do
     :: i < N -> ae[i] = (ae[i] < MAXA -> ae[i]+1 : MAXA); ab[i] = (ab[i] < MAXA -> ab[i]+1 : MAXA); ts[i] = (ts[i] > 0 -> ts[i]-1 : 0); i++
     :: else -> break
     od;
     /* 3: running instances react; the order is free through the links chosen above */
     i = 0;
     do
     :: i < N ->
        /* somebody else is cut off or stands still: the broker may have noticed, and told its will */
        j = 0; will = false;
        do :: j < N -> if :: j != i && (!lb[j] || !awake[j]) -> will = true :: else -> skip fi; j++ :: else -> break od; j = 0;
        if
        :: awake[i] && own[i] && ae[i] >= TE -> own[i] = false                                  /* self-fence */
        :: awake[i] && own[i] && ae[i] < TE && lb[i] -> beacon(i)
        :: awake[i] && !own[i] && lb[i] && ab[i] >= TD -> own[i] = true; ts[i] = 0; beacon(i)   /* silent for long */
        :: awake[i] && !own[i] && lb[i] && ab[i] < TD && will -> own[i] = true; ts[i] = TS; beacon(i)
        :: else -> skip
        fi; i++; will = false
     :: else -> break
     od;
     i = 0; j = 0;
#if N == 2
     assert(!(ACTS(0) && ACTS(1)))             /* T1: never two that may act */
#else
     assert(!(ACTS(0) && ACTS(1)) && !(ACTS(0) && ACTS(2)) && !(ACTS(1) && ACTS(2)))
#endif
     }
  od }
#endif
