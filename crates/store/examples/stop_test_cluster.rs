//! Ends the PostgreSQL server that the tests of this target folder shared. For the end of `make test`.

fn main() -> Result<(), store::Error> {
    store::testing::stop_cluster()
}
