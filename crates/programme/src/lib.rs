//! Directives and their tasks: read as they really come, assigned, reported on, chased.
