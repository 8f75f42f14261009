//! See `cursor` in `crates/http/src/fuzzing.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| chatapp_http::fuzzing::cursor(input));
