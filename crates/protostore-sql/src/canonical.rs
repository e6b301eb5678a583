//! The canonical form of conditions and definitions: identities for names, parts in one order, no words for people.

use crate::{
    Arm, Column, Conflict, Ddl, Delete, Event, Expr, Index, Insert, Join, Name, Qualifier, Repeated, Rows, Select,
    Source, Statement, Trigger, TriggerStep, Update, View, What,
};

/// Says what a table is, or a column of it, by whatever name it goes.
pub type Identity<'f> = &'f dyn Fn(&str, Option<&str>) -> String;

/// Rows that an expression looks at beside its own.
#[derive(Clone, Copy, Debug)]
pub enum Others<'e, 'a> {
    /// Those of a subselect.
    Selected(&'e Select<'a>),
    /// Those of the own table, sorted.
    Compared(&'e Repeated<'a>),
}

impl<'a> Expr<'a> {
    /// Returns the condition on rows of a table over identities in place of names, with the parts of AND, OR and sums
    /// and the arms of CASE in a fixed order.
    ///
    /// Two conditions mean the same for evolution where their canonical forms are equal.
    #[must_use]
    pub fn canonical(mut self, table: &str, identity: Identity<'_>) -> Self {
        Scope::of(table, identity).expr(&mut self);
        self.sort();
        self
    }

    /// Calls for each column of its own table, or of the row of a trigger, outside of subselects.
    pub fn columns(&self, f: &mut dyn FnMut(&Column<'a>)) {
        fn walk<'a>(expr: &mut Expr<'a>, f: &mut dyn FnMut(&Column<'a>)) {
            match expr {
                Expr::Column(column) => match column.of {
                    Qualifier::Own | Qualifier::Old | Qualifier::New => f(column),
                    Qualifier::Alias(_) | Qualifier::Table(_) => {}
                },
                Expr::InRows(of, _) => walk(of, f),
                Expr::Exists(_) | Expr::Value(_) => {}
                _ => expr.inner(&mut |inner| walk(inner, f)),
            }
        }
        walk(&mut self.clone(), f);
    }

    /// Calls for each subselect that is not within another, and for each comparison of rows with each other.
    pub fn others(&self, f: &mut dyn FnMut(Others<'_, 'a>)) {
        fn walk<'a>(expr: &mut Expr<'a>, f: &mut dyn FnMut(Others<'_, 'a>)) {
            match expr {
                Expr::InRows(of, rows) => {
                    walk(of, f);
                    f(Others::Selected(rows));
                }
                Expr::Exists(rows) | Expr::Value(rows) => f(Others::Selected(rows)),
                Expr::Repeated(repeated) => f(Others::Compared(repeated)),
                _ => expr.inner(&mut |inner| walk(inner, f)),
            }
        }
        walk(&mut self.clone(), f);
    }

    /// Returns the expression with another in place of each column of its own table, outside of subselects.
    #[must_use]
    pub fn with_columns(mut self, of: &dyn Fn(&str) -> Self) -> Self {
        fn walk<'a>(expr: &mut Expr<'a>, of: &dyn Fn(&str) -> Expr<'a>) {
            match expr {
                Expr::Column(Column { of: Qualifier::Own, name }) => *expr = of(name),
                Expr::InRows(inner, _) => walk(inner, of),
                Expr::Exists(_) | Expr::Value(_) => {}
                _ => expr.inner(&mut |inner| walk(inner, of)),
            }
        }
        walk(&mut self, of);
        self
    }

    fn sort(&mut self) {
        self.inner(&mut Self::sort);
        match self {
            Self::All(parts) | Self::Any(parts) | Self::HowMany(parts) => parts.sort(),
            // Arms exclude each other: values of an enum, members of a oneof.
            Self::Case(_, arms, _) => arms.sort(),
            _ => {}
        }
    }

    /// Calls for each expression directly inside, those of subselects among them.
    fn inner(&mut self, f: &mut dyn FnMut(&mut Self)) {
        match self {
            Self::Tuple(all) | Self::All(all) | Self::Any(all) | Self::HowMany(all) => all.iter_mut().for_each(f),
            Self::Not(a) | Self::NotTrue(a) | Self::IsTrue(a) | Self::IsNull(a) | Self::NotNull(a) => f(a),
            Self::ByType(a) | Self::Max(a) | Self::Plus(a, _) | Self::Plain(a) | Self::Cast(a, _) => f(a),
            Self::Min(a) | Self::Recoded(_, a) | Self::IsSingle(a) => f(a),
            Self::Sum(all) | Self::Listed(all) => all.iter_mut().for_each(f),
            Self::RowNumber { within, by } => within.iter_mut().chain(by).for_each(f),
            Self::Repeated(repeated) => repeated.of.iter_mut().chain(&mut repeated.rows).for_each(f),
            Self::Between(a, ..) | Self::Length(_, a) | Self::Has(_, a, _) | Self::Rfc3339(a) | Self::Shown(_, a) => {
                f(a)
            }
            Self::Compare(a, _, b) | Self::Coalesce(a, b) | Self::NullIf(a, b) => {
                f(a);
                f(b);
            }
            Self::In(a, all) | Self::NotIn(a, all) => {
                f(a);
                all.iter_mut().for_each(f);
            }
            Self::InRows(a, rows) => {
                f(a);
                of_select(rows, f);
            }
            Self::Exists(rows) | Self::Value(rows) => of_select(rows, f),
            Self::Case(of, arms, otherwise) => {
                of.iter_mut().chain(otherwise).for_each(|e| f(e));
                arms.iter_mut().for_each(|Arm(when, then)| {
                    f(when);
                    f(then);
                });
            }
            Self::Column(_) | Self::Param(_) | Self::Lit(_) | Self::Excluded(_) | Self::Const(_) | Self::Count => {}
            Self::Key { .. } | Self::KeyPlace { .. } | Self::Null | Self::Now(_) | Self::Written(_) => {}
        }
    }
}

impl Ddl<'_> {
    /// Returns an index, a trigger or a view over identities in place of names, its own name empty, and conditions with
    /// their parts in a fixed order. What a trigger says to people is left out, as it only repeats what it is about.
    /// A table stays as it is, as its columns and constraints are compared one by one, and so does what is no object.
    #[must_use]
    pub fn canonical(mut self, identity: Identity<'_>) -> Self {
        match &mut self {
            Self::Table(_) | Self::Alter(_) | Self::Drop(_) | Self::Guard(_) => {}
            Self::Index(Index { name, table, columns, of, unique: _ }) => {
                let own = std::mem::replace(table, identity(table, None).into());
                let scope = Scope::of(&own, identity);
                columns.iter_mut().for_each(|part| scope.name(&mut part.column));
                of.iter_mut().for_each(|of| scope.sorted(of));
                *name = Name::Borrowed("");
            }
            Self::Trigger(Trigger { name, table, before, when, steps }) => {
                let own = std::mem::replace(table, identity(table, None).into());
                let scope = Scope::of(&own, identity);
                if let Event::Update(columns) = before {
                    columns.iter_mut().for_each(|column| scope.name(column));
                }
                when.iter_mut().for_each(|when| scope.sorted(when));
                steps.iter_mut().for_each(|step| scope.step(step));
                *name = Name::Borrowed("");
            }
            Self::View(View { name, table, columns }) => {
                let own = std::mem::replace(table, identity(table, None).into());
                let scope = Scope::of(&own, identity);
                for (expr, name) in columns.iter_mut() {
                    if matches!(expr, Expr::Column(column) if column.name == *name) {
                        scope.name(name);
                    }
                    scope.sorted(expr);
                }
                columns.sort();
                *name = Name::Borrowed("");
            }
        }
        self
    }
}

/// Calls for each expression of a SELECT.
fn of_select<'a>(select: &mut Select<'a>, f: &mut dyn FnMut(&mut Expr<'a>)) {
    if let What::Exprs(all) = &mut select.what {
        all.iter_mut().for_each(&mut *f);
    }
    select.joins.iter_mut().for_each(|join| join.on.iter_mut().for_each(&mut *f));
    select.rows.iter_mut().for_each(&mut *f);
    select.order.iter_mut().for_each(|order| f(&mut order.by));
}

/// What names mean at a place.
struct Scope<'s> {
    /// The only table of the statement.
    own: &'s str,
    /// The table of the row that a trigger is about.
    row: &'s str,
    /// Aliases of tables.
    aliases: &'s [(String, String)],
    identity: Identity<'s>,
}

impl<'s> Scope<'s> {
    /// Returns the scope of a definition over one table.
    fn of(table: &'s str, identity: Identity<'s>) -> Self {
        Self { own: table, row: table, aliases: &[], identity }
    }

    fn name(&self, column: &mut Name<'_>) {
        *column = (self.identity)(self.own, Some(column)).into();
    }

    fn table(&self, table: &mut Name<'_>) {
        *table = (self.identity)(table, None).into();
    }

    fn sorted(&self, expr: &mut Expr<'_>) {
        self.expr(expr);
        expr.sort();
    }

    fn expr(&self, expr: &mut Expr<'_>) {
        match expr {
            Expr::Column(column) => {
                let table = match &column.of {
                    Qualifier::Own => self.own,
                    Qualifier::Old | Qualifier::New => self.row,
                    Qualifier::Table(table) => table,
                    Qualifier::Alias(alias) => self.aliased(alias),
                };
                column.name = (self.identity)(table, Some(&column.name)).into();
                if let Qualifier::Table(table) = &mut column.of {
                    self.table(table);
                }
            }
            Expr::Excluded(name) => self.name(name),
            Expr::InRows(of, rows) => {
                self.expr(of);
                self.select(rows);
            }
            Expr::Exists(rows) | Expr::Value(rows) => self.select(rows),
            _ => expr.inner(&mut |inner| self.expr(inner)),
        }
    }

    fn aliased<'n>(&'n self, alias: &'n str) -> &'n str {
        self.aliases.iter().rev().find(|(known, _)| known == alias).map_or(alias, |(_, table)| table)
    }

    fn select(&self, select: &mut Select<'_>) {
        let mut own = self.own.to_owned();
        let mut aliases = self.aliases.to_vec();
        match &mut select.from {
            Source::Table(name, alias) => {
                own = name.clone().into_owned();
                aliases.extend(alias.as_ref().map(|alias| (alias.clone().into_owned(), own.clone())));
                self.table(name);
            }
            Source::Rows(rows) => self.select(rows),
            Source::Keys(..) => {}
        }
        for Join { table, alias, .. } in &mut select.joins {
            aliases.push((alias.clone().into_owned(), table.clone().into_owned()));
            self.table(table);
        }
        let scope = Scope { own: &own, row: self.row, aliases: &aliases, identity: self.identity };
        if let What::Record(columns) = &mut select.what {
            columns.iter_mut().for_each(|column| scope.name(&mut column.name));
        }
        of_select(select, &mut |expr| scope.expr(expr));
    }

    fn step(&self, step: &mut TriggerStep<'_>) {
        match step {
            TriggerStep::Refuse { says, code: _, column, when } => {
                *says = Name::Borrowed("");
                column.iter_mut().for_each(|column| self.name(column));
                when.iter_mut().for_each(|when| self.sorted(when));
            }
            TriggerStep::Do(statement) => self.statement(statement),
        }
    }

    fn statement(&self, statement: &mut Statement<'_>) {
        let table = match statement {
            Statement::Select(select) => return self.select(select),
            Statement::Insert(Insert { table, .. }) => table,
            Statement::Update(Update { table, .. }) | Statement::Delete(Delete { table, .. }) => table,
        };
        let own = table.clone().into_owned();
        self.table(table);
        let scope = Scope { own: &own, ..*self };
        match statement {
            Statement::Select(_) => {}
            Statement::Insert(Insert { table: _, columns, rows, conflict }) => {
                columns.iter_mut().for_each(|column| scope.name(column));
                match rows {
                    Rows::Values(values) => values.iter_mut().for_each(|value| scope.expr(value)),
                    Rows::Select(select) => scope.select(select),
                }
                if let Some(Conflict::Update { columns, of, set }) = conflict {
                    columns.iter_mut().for_each(|column| scope.name(column));
                    of.iter_mut().for_each(|of| scope.sorted(of));
                    scope.set(set);
                }
            }
            Statement::Update(Update { table: _, set, rows, returning }) => {
                scope.set(set);
                rows.iter_mut().chain(returning).for_each(|row| scope.sorted(row));
            }
            Statement::Delete(Delete { table: _, rows }) => rows.iter_mut().for_each(|row| scope.sorted(row)),
        }
    }

    fn set(&self, set: &mut [(Name<'_>, Expr<'_>)]) {
        for (name, value) in set {
            self.name(name);
            self.expr(value);
        }
    }
}
