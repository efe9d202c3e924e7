//! Updates that stay prepared. Diesel prepares every UPDATE anew, as the columns it sets may depend on
//! the values; where they do not, parsing and planning cost more than the update itself.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::{Connection, RunQueryDsl};
use std::marker::PhantomData;

/// An update whose text is always the same, whatever its values. `Tag` is its name: a type used for
/// this one statement alone.
pub struct Fixed<Tag, Q> {
    update: Q,
    tag: PhantomData<Tag>,
}

impl<Tag, Q> Fixed<Tag, Q> {
    /// Of an update that sets the same columns each time.
    pub fn new(update: Q) -> Self {
        Self { update, tag: PhantomData }
    }
}

impl<Tag: 'static, Q> QueryId for Fixed<Tag, Q> {
    type QueryId = Fixed<Tag, ()>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Tag, Q: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Fixed<Tag, Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.update.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Tag, Q, C: Connection> RunQueryDsl<C> for Fixed<Tag, Q> {}
