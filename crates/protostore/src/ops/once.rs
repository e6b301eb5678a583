//! Operations that are applied once, however often their request comes.

use std::borrow::Cow;
use std::sync::OnceLock;

use protostore_sql::{Conflict, Dialect, Expr, Insert, Param, ParamRole, Rows, Select};

use super::{Op, WriteOp};
use crate::error::Result;
use crate::fixed::Fixed;
use crate::once::{Answer, KEPT_SECONDS, RequestId, another};
use crate::session::Session;
use crate::time::Timestamp;

/// An operation that is applied once, however often its request comes: a request that was answered is answered the same again,
/// for a day, also after a crash.
///
/// ```
/// # use protostore::{Answer, Insert, Record, RequestId, Store};
/// # async fn f<R: Record + Answer>(store: &Store, request: RequestId, record: R) -> protostore::Result<()> {
/// use protostore::Once;
///
/// let stored = store.apply(Once::new(request, Insert::new(record))).await?;
/// # Ok(()) }
/// ```
///
/// The same id with another request is rejected with [`Kind::Invalid`](crate::Kind::Invalid). A request that failed was not
/// answered: it runs again. Several operations are one request by [`Tx::once`](crate::Tx::once).
#[derive(Clone, Debug)]
pub struct Once<O> {
    request: RequestId,
    op: O,
}

impl<O: WriteOp> Once<O> {
    /// Makes the operation.
    #[must_use]
    pub const fn new(request: RequestId, op: O) -> Self {
        Self { request, op }
    }
}

impl<O: WriteOp + Sync> Op for Once<O>
where
    O::Out: Answer,
{
    type Out = O::Out;
    const NAME: &'static str = O::NAME;
    const TABLE: &'static str = O::TABLE;

    fn prepare(&mut self, fixed: Fixed) -> Result<Fixed> {
        self.op.prepare(fixed)
    }

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<O::Out> {
        let now = fixed.present()?;
        if let Some(answer) = answered(s, &self.request, now).await? {
            return O::Out::from_answer(&answer);
        }
        let out = self.op.run(s, fixed).await?;
        keep(s, &self.request, out.to_answer(), now).await?;
        Ok(out)
    }
}

impl<O: WriteOp + Sync> WriteOp for Once<O> where O::Out: Answer {}

/// The table of the answers.
const TABLE: &str = "protostore__requests";

/// The columns of its key,
const KEY: [&str; 3] = ["principal", "method", "id"];

/// and the others.
const REST: [&str; 3] = ["hash", "answer", "time"];

/// The statements over it.
struct Texts {
    find: String,
    keep: String,
}

/// Returns the statements, printed once for each dialect.
fn texts(dialect: Dialect) -> &'static Texts {
    static SQLITE: OnceLock<Texts> = OnceLock::new();
    static POSTGRES: OnceLock<Texts> = OnceLock::new();
    static COCKROACH: OnceLock<Texts> = OnceLock::new();
    let texts = match dialect {
        Dialect::Sqlite => &SQLITE,
        Dialect::Postgres => &POSTGRES,
        Dialect::Cockroach => &COCKROACH,
    };
    texts.get_or_init(|| {
        let nth = |nth: usize| {
            let nth = u32::try_from(nth).unwrap_or(u32::MAX);
            Expr::Param(Param { field: Cow::Borrowed(""), role: ParamRole::Nth(nth), ty: None })
        };
        let same = KEY.iter().enumerate().map(|(at, column)| Expr::column(*column).equals(nth(at)));
        let find = Select::from(TABLE, REST.map(Expr::column)).rows(same);
        // What is older than a day is no answer any more, and makes room for another.
        let set = REST.iter().map(|column| (Cow::Borrowed(*column), Expr::Excluded(Cow::Borrowed(*column))));
        let keep = Insert {
            table: TABLE.into(),
            columns: KEY.iter().chain(&REST).map(|column| Cow::Borrowed(*column)).collect(),
            rows: Rows::Values((0..KEY.len() + REST.len()).map(nth).collect()),
            conflict: Some(Conflict::Update {
                columns: KEY.iter().map(|column| Cow::Borrowed(*column)).collect(),
                of: Vec::new(),
                set: set.collect(),
            }),
        };
        Texts { find: dialect.print_once(&find.into()).0, keep: dialect.print_once(&keep.into()).0 }
    })
}

/// Returns what a request was answered with, where that is not longer ago than a day; refuses another request of the id.
pub(crate) async fn answered<S: Session>(s: &mut S, request: &RequestId, now: Timestamp) -> Result<Option<Vec<u8>>> {
    let mut found: Vec<(Vec<u8>, Vec<u8>, Timestamp)> = Vec::new();
    let RequestId { principal, method, id, hash } = request;
    s.all_dynamic(&texts(S::DIALECT).find, &[], &(principal, method, id), &mut found).await?;
    match found.pop() {
        Some((theirs, answer, time)) if now.seconds().saturating_sub(time.seconds()) < KEPT_SECONDS => {
            if theirs == hash { Ok(Some(answer)) } else { Err(another()) }
        }
        _ => Ok(None),
    }
}

/// Keeps the answer of a request, in the transaction of what it answers.
pub(crate) async fn keep<S: Session>(s: &mut S, request: &RequestId, answer: Vec<u8>, now: Timestamp) -> Result<()> {
    let RequestId { principal, method, id, hash } = request;
    let row = (principal, method, id, hash.as_slice(), answer, now);
    s.run_dynamic(&texts(S::DIALECT).keep, &[], &row).await.map(drop)
}
