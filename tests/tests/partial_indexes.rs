//! Indexes of some of the rows: what is listed and got by them, that the planner takes them, and whom a unique one binds.

#[path = "filters/printed.rs"]
mod printed;

use fastrand::Rng;
use printed::Printed;
use protostore::{Filter, Fixed, Kind, Timestamp};
use protostore_schema::Schema;
use shapes::job::{self, Job};
use shapes::{JobState, JobTry, Store};

const THEN: i64 = 1_000_000_000;

fn drawn(rng: &mut Rng, id: usize) -> Job {
    let state = [JobState::Unspecified, JobState::Pending, JobState::RunningNow, JobState::from(7)];
    let tries = 0..rng.usize(0..3);
    Job {
        id: format!("job-{id:04}"),
        queue: format!("q{}", rng.u8(0..3)),
        state: state[rng.usize(0..state.len())],
        held: rng.bool(),
        address: if rng.bool() { String::new() } else { format!("address-{id}") },
        due_time: rng.bool().then(|| Timestamp::new(THEN + rng.i64(-1..2), 0).expect("a time")),
        weight: *rng.choice([0, (1 << 63) - 1, 1 << 63, u64::MAX].iter()).expect("a choice"),
        after_job: if id > 0 && rng.bool() { format!("job-{:04}", rng.usize(0..id)) } else { String::new() },
        tries: tries.map(|_| JobTry { host: format!("h{}", rng.u8(0..3)), failed: rng.bool() }).collect(),
    }
}

fn filled(count: usize) -> (Store, Vec<Job>) {
    let store = shapes::open_test().expect("a TEST store");
    let mut rng = Rng::with_seed(7);
    let jobs: Vec<Job> = (0..count).map(|id| drawn(&mut rng, id)).collect();
    let all = jobs.clone();
    store.write(move |tx| all.iter().try_for_each(|job| tx.insert(job).map(|_| ()))).expect("inserts");
    (store, jobs)
}

fn pending(job: &Job) -> bool {
    job.state == JobState::Pending && !job.held
}

fn heavy_or_early(job: &Job) -> bool {
    job.weight > i64::MAX as u64 || job.due_time.is_some_and(|time| time.seconds() < THEN)
}

#[test]
fn lists_hold_the_rows_of_their_index() {
    let (store, jobs) = filled(400);
    let expected = |holds: &dyn Fn(&Job) -> bool| jobs.iter().filter(|j| holds(j)).cloned().collect::<Vec<_>>();
    for queue in ["q0", "q1", "q2", "none"] {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page = job::list_by_queue_where_state_is_pending_and_held_is_false(queue).size(7).after(after);
            let page = store.read(|r| r.run(page.clone())).expect("a page");
            found.extend(page.records);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected(&|j| j.queue == queue && pending(j)));
        let first = job::list_by_queue_where_after_job_is_unset_and_due_time_is_unset(queue).size(1000);
        let free = |j: &Job| j.queue == queue && j.after_job.is_empty() && j.due_time.is_none();
        assert_eq!(store.read(|r| r.run(first.clone())).expect("a page").records, expected(&free));
    }
    for host in ["h0", "h1", "h2"] {
        let failed = |j: &Job| j.tries.iter().any(|t| t.host == host && t.failed);
        let list = job::list_by_tries_host_where_failed_is_true(host).size(1000);
        assert_eq!(store.read(|r| r.run(list.clone())).expect("a page").records, expected(&failed));
    }
    let due = jobs.iter().find_map(|j| j.due_time).expect("some are due");
    let list = job::list_by_due_time_where_state_is_not_unspecified(due).size(1000);
    let is_due = |j: &Job| j.due_time == Some(due) && j.state != JobState::Unspecified;
    assert_eq!(store.read(|r| r.run(list.clone())).expect("a page").records, expected(&is_due));

    // The conditions as filters, alone and with others.
    let both: fn() -> Filter<Job> =
        job::where_weight_is_above_9223372036854775807_or_due_time_is_below_1000000000000000000;
    let found = store.read(|r| r.run(both().find().size(1000))).expect("a page").records;
    assert_eq!(found, expected(&heavy_or_early));
    let mine = both() & job::queue.eq("q1") & !job::where_state_is_pending_and_held_is_false();
    let found = store.read(|r| r.run(mine.clone().find().size(1000))).expect("a page").records;
    assert_eq!(found, expected(&|j| heavy_or_early(j) && j.queue == "q1" && !pending(j)));
    assert!(!found.is_empty());
}

#[test]
fn a_unique_one_binds_the_rows_that_it_holds() {
    let (store, jobs) = filled(40);
    let placed = jobs.iter().find(|j| !j.address.is_empty()).expect("some have an address");
    let found = store.read(|r| r.run(job::get_by_address(placed.address.clone()))).expect("a read");
    assert_eq!(found.as_ref(), Some(placed));
    assert_eq!(store.read(|r| r.run(job::get_by_address(""))).expect("a read"), None);

    let twin = |id: &str, address: &str| Job { id: id.to_owned(), address: address.to_owned(), ..Job::default() };
    let (free, taken) = (twin("a", ""), twin("b", &placed.address));
    store.write(move |tx| tx.insert(&free)).expect("many have none");
    let refused = store.write(move |tx| tx.insert(&taken)).expect_err("it is taken");
    assert_eq!((refused.kind(), refused.field()), (Kind::AlreadyExists, Some("address")));
}

#[test]
fn the_planner_takes_them() {
    let schema = Schema::from_snapshot(shapes::SCHEMA.snapshot()).expect("the snapshot of the store");
    let db = rusqlite::Connection::open_in_memory().expect("a database in memory");
    db.execute_batch(shapes::SCHEMA.migrations[0].text).expect("the schema");
    let plan = |sql: &str| {
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
        let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>();
        steps.expect("steps").join("; ")
    };
    let statements = protostore_emit::statements(&schema);
    let partial = |name: &str| name.contains("_where_") || name == "jobs.get_by_address";
    let mut partial: Vec<_> = statements.iter().filter(|s| partial(&s.name) && !s.name.ends_with(".after")).collect();
    partial.retain(|s| s.name.starts_with("jobs."));
    assert_eq!(partial.len(), 16);
    for statement in partial {
        let plan = plan(&statement.sql(protostore_emit::Dialect::Sqlite));
        assert!(plan.contains("_where_"), "{}: {plan}", statement.name);
    }
    // A parameter tells the planner nothing, which is what the conditions as filters are for.
    let of_index = job::where_state_is_pending_and_held_is_false();
    let by_value = job::state.eq(JobState::Pending) & job::held.eq(false);
    let [of_index, by_value] = [of_index, by_value].map(|filter| {
        let find = (job::queue.eq("q1") & filter).find();
        plan(&Printed::<false>::of(&find, &Fixed::default()).remove(0).sql)
    });
    assert!(of_index.contains("jobs_by_queue_where_state_is_1"), "{of_index}");
    assert!(!by_value.contains("_where_"), "{by_value}");
}
