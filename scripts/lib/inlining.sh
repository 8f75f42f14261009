# shellcheck shell=bash
# Sourced, not run: where a function is copied to where it is called, which is decided alike when the server is recorded
# (scripts/profile) and when it is compiled by that record (scripts/compile). Another decision would make other functions.

# Between the flags of rustc, for CARGO_ENCODED_RUSTFLAGS: not a space, which a path may have.
separator=$'\x1f'
# What is not seen to run stays small: only what is shorter than a call is copied there.
inlining=-Cllvm-args=-inline-cold-callsite-threshold=0${separator}-Cllvm-args=-inlinecold-threshold=5
