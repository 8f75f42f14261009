//! What every set of stores must keep: one function per promise of a port, run in memory and on each database alike.
//!
//! A promise makes its own people under names that nobody else uses, so all of them may run at once on one database.

pub mod audit;
pub mod avatars;
pub mod blocks;
pub mod conversations;
pub mod crowds;
pub mod departures;
pub mod events;
pub mod invitations;
pub mod messages;
pub mod moderation;
pub mod reading;
pub mod recovery;
pub mod reports;
pub mod retention;
pub mod roster;
mod scene;
pub mod search;
pub mod sessions;
pub mod sharing;
pub mod sign_ups;
pub mod tokens;
pub mod users;

use std::sync::Arc;
use std::time::Duration;

use chatapp_domain::ports::StoreHealth;
use chatapp_domain::ports::audit::AuditStore;
use chatapp_domain::ports::avatars::AvatarStore;
use chatapp_domain::ports::blocks::BlockStore;
use chatapp_domain::ports::conversations::ConversationStore;
use chatapp_domain::ports::departures::DepartureStore;
use chatapp_domain::ports::events::EventStore;
use chatapp_domain::ports::invitations::InvitationStore;
use chatapp_domain::ports::messages::MessageStore;
use chatapp_domain::ports::moderation::ModerationStore;
use chatapp_domain::ports::recovery::RecoveryStore;
use chatapp_domain::ports::reports::ReportStore;
use chatapp_domain::ports::retention::RetentionStore;
use chatapp_domain::ports::roster::RosterStore;
use chatapp_domain::ports::search::SearchStore;
use chatapp_domain::ports::sessions::SessionStore;
use chatapp_domain::ports::sign_ups::SignUpStore;
use chatapp_domain::ports::tokens::TokenStore;
use chatapp_domain::ports::users::UserStore;

/// The stores of one database.
#[derive(Clone)]
pub struct Stores {
    /// People.
    pub users: Arc<dyn UserStore>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Personal access tokens.
    pub tokens: Arc<dyn TokenStore>,
    /// Blocks.
    pub blocks: Arc<dyn BlockStore>,
    /// Reports of messages.
    pub reports: Arc<dyn ReportStore>,
    /// Messages.
    pub messages: Arc<dyn MessageStore>,
    /// Conversations.
    pub conversations: Arc<dyn ConversationStore>,
    /// Events.
    pub events: Arc<dyn EventStore>,
    /// Sign-ups that wait.
    pub sign_ups: Arc<dyn SignUpStore>,
    /// Invitations.
    pub invitations: Arc<dyn InvitationStore>,
    /// Resets of passwords and changes of addresses.
    pub recovery: Arc<dyn RecoveryStore>,
    /// The log of those who administer.
    pub audit: Arc<dyn AuditStore>,
    /// People, for those who administer.
    pub roster: Arc<dyn RosterStore>,
    /// People's pictures.
    pub avatars: Arc<dyn AvatarStore>,
    /// Accounts that are deleted.
    pub departures: Arc<dyn DepartureStore>,
    /// Everybody's messages.
    pub moderation: Arc<dyn ModerationStore>,
    /// Old messages.
    pub retention: Arc<dyn RetentionStore>,
    /// Messages as they are looked for.
    pub search: Arc<dyn SearchStore>,
    /// Whether the database answers.
    pub health: Arc<dyn StoreHealth>,
}

/// How long a promise may take before it counts as broken: something hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs one promise; passes over it if there are no stores to run it on, which whoever gives them says aloud.
pub async fn keep(stores: impl Into<Option<Stores>>, promise: impl AsyncFnOnce(Stores)) {
    if let Some(stores) = stores.into() {
        tokio::time::timeout(PATIENCE, Box::pin(promise(stores))).await.expect("the promise is kept in time");
    }
}

/// Writes one test for each promise, to be run on the stores that `$stores` opens: an async function that gives
/// [`Stores`], or `None` (having said so aloud) if there is no such database here.
///
/// ```text
/// mod sqlite {
///     async fn open() -> chatapp_testkit::contract::Stores { /* the stores to test */ }
///     chatapp_testkit::contract_tests!(open);
/// }
/// ```
#[macro_export]
macro_rules! contract_tests {
    ($stores:path) => {
        $crate::promises_kept!($stores, users:
            a_new_person_is_found_by_number_name_and_key,
            nobody_is_found_where_nobody_is,
            many_are_identified_at_once_in_the_order_of_their_names,
            names_are_compared_exactly,
            names_with_one_key_exclude_each_other,
            names_that_differ_by_an_accent_live_side_by_side,
            the_longest_name_is_kept_whole,
            log_in_takes_a_name_in_any_form,
            of_many_who_want_a_name_at_once_one_gets_it,
            registering_many_answers_each_in_order,
            registering_none_or_a_thousand_works,
            a_person_is_known_right_after_the_registration,
            a_replaced_password_is_what_log_in_checks,
            a_password_for_nobody_is_refused,
            a_hash_is_renewed_only_while_it_is_the_old_one,
            a_display_name_is_replaced,
            someone_inactive_is_not_listed_but_found,
            a_search_lists_people_in_the_order_of_their_keys,
            a_list_is_paged_by_name,
            everyone_is_listed_but_oneself,
            a_prefix_finds_usernames_and_display_names_in_any_case,
            a_prefix_knows_the_case_of_every_letter_and_keeps_accents,
            wildcards_in_a_prefix_mean_themselves,
        );
        $crate::promises_kept!($stores, sessions:
            an_open_session_is_found_with_its_user,
            a_key_that_nobody_has_finds_nothing,
            keys_that_look_alike_as_text_are_different,
            an_idle_session_does_not_count,
            a_session_from_another_time_does_not_count,
            a_touch_keeps_a_session_alive_up_to_its_absolute_end,
            touching_what_is_over_is_nothing,
            a_closed_session_is_gone_at_once,
            a_session_is_closed_once_however_many_try,
            all_sessions_of_a_person_end_but_one,
            all_sessions_end_whatever_foreign_one_is_spared,
            a_person_lists_their_own_sessions_the_newest_first,
            a_list_of_sessions_is_bounded,
            a_session_is_ended_by_its_number,
            a_session_is_ended_by_its_number_once_however_many_try,
            a_foreign_session_is_not_ended,
            sessions_of_someone_inactive_do_not_count,
            ended_sessions_are_told_from_those_that_count,
            five_hundred_sessions_are_checked_at_once,
            only_what_is_past_its_lifetime_is_forgotten,
            sessions_opened_at_once_are_different,
            a_session_with_another_key_is_the_same_session,
            a_session_is_opened_with_the_password_of_now_only,
            a_log_in_that_races_a_change_leaves_no_session,
            a_password_given_once_more_is_noted,
        );
        $crate::promises_kept!($stores, tokens:
            a_kept_token_is_found_with_its_user,
            a_token_that_nobody_has_finds_nothing,
            a_token_counts_until_its_end,
            a_token_without_an_end_counts_for_ever,
            the_use_of_a_token_is_noted,
            a_person_lists_their_own_tokens_the_newest_first,
            a_token_is_revoked_by_its_number_once_however_many_try,
            a_foreign_token_is_not_revoked,
            all_tokens_of_a_person_end_at_once,
            tokens_of_someone_inactive_do_not_count,
            ended_tokens_are_told_from_those_that_count,
            nobody_has_more_tokens_than_one_may_have,
            expired_tokens_make_room_for_new_ones,
            only_what_expired_long_ago_is_forgotten,
        );
        $crate::promises_kept!($stores, sign_ups:
            a_confirmed_sign_up_is_a_person_who_can_log_in,
            an_unconfirmed_sign_up_reserves_its_name_until_it_expires,
            names_that_people_have_or_that_look_like_theirs_are_taken,
            of_many_who_sign_up_under_one_name_at_once_one_does,
            of_twenty_confirmations_at_once_one_makes_the_person,
            a_link_counts_until_its_time_and_not_longer,
            a_sign_up_gets_another_link_and_the_old_one_is_over,
            no_link_is_given_for_what_does_not_wait,
            whoever_has_the_address_is_named_and_nothing_else_differs,
            an_address_that_was_taken_meanwhile_confirms_nothing,
            a_name_that_was_taken_meanwhile_confirms_nothing,
            an_invitation_is_used_up_by_the_confirmation,
            of_twenty_people_with_one_invitation_one_gets_in,
            an_invitation_that_was_taken_back_lets_nobody_in,
            expired_sign_ups_are_forgotten,
            a_first_user_is_made_only_where_there_is_none,
        );
        $crate::promises_kept!($stores, invitations:
            an_invitation_counts_for_its_address_and_its_time,
            invitations_are_listed_newest_first_with_who_used_them,
            an_invitation_is_taken_back_once,
        );
        $crate::promises_kept!($stores, recovery:
            a_reset_replaces_the_password_once,
            a_reset_ends_what_was_opened,
            a_new_password_ends_what_was_opened,
            of_twenty_uses_of_one_reset_at_once_one_succeeds,
            the_newest_reset_is_the_only_one,
            a_reset_ends_with_its_time,
            a_new_password_or_address_ends_a_reset,
            an_address_is_found_in_any_ascii_case_and_in_no_other_form,
            nobody_inactive_and_nobody_unknown_is_reset,
            an_address_that_two_have_belongs_to_the_first,
            a_changed_address_counts_once_it_is_confirmed,
            of_twenty_confirmations_of_an_address_at_once_one_succeeds,
            an_address_that_somebody_has_is_not_given_to_another,
            two_who_want_one_address_at_once_do_not_both_get_it,
            the_wish_for_an_address_is_replaced_withdrawn_and_expires,
            what_expired_is_forgotten_and_nothing_else,
        );
        $crate::promises_kept!($stores, avatars:
            a_picture_is_kept_and_its_version_shown_with_the_person,
            a_picture_is_replaced_and_removed,
            the_largest_picture_is_kept_whole,
            nobody_unknown_or_inactive_gets_a_picture,
            of_two_pictures_at_once_the_version_is_that_of_the_kept_one,
        );
        $crate::promises_kept!($stores, departures:
            what_stays_of_an_account_is_a_tombstone,
            the_others_keep_what_was_said,
            a_conversation_with_somebody_gone_is_read_on,
            nobody_writes_to_or_as_somebody_gone,
            a_send_that_races_a_departure_is_saved_before_or_not_at_all,
            the_name_of_somebody_gone_is_nobodys,
            a_name_that_is_freed_while_somebody_wants_it_is_not_given,
            the_sessions_of_somebody_gone_have_ended_and_none_opens,
            what_was_pending_is_gone,
            nothing_is_given_back_to_somebody_gone,
            notes_to_oneself_go_and_nobody_elses_messages_do,
            what_two_said_goes_with_the_second_of_them,
            nobody_leaves_twice,
            somebody_inactive_can_be_deleted,
        );
        $crate::promises_kept!($stores, messages:
            the_first_message_begins_a_conversation,
            bodies_come_back_exactly,
            the_longest_body_is_kept_whole,
            time_never_runs_backwards_in_a_conversation,
            a_repeated_key_gives_the_message_of_that_time,
            a_key_used_for_another_message_is_refused,
            keys_are_compared_exactly,
            a_key_belongs_to_its_sender,
            nobody_writes_to_or_as_somebody_unknown,
            a_note_to_oneself_takes_one_place,
        );
        $crate::promises_kept!($stores, crowds:
            of_twenty_sends_with_one_key_at_once_one_is_new,
            of_different_messages_with_one_key_at_once_one_is_saved,
            sixty_four_senders_to_one_person_leave_no_gap,
            sixty_four_sends_in_one_conversation_are_numbered_without_a_gap,
            two_people_writing_to_each_other_at_once_see_one_order,
            a_ring_of_people_writing_at_once_is_not_stuck,
            what_is_told_is_already_there,
            a_send_that_nobody_waits_for_is_saved_and_told_or_neither,
            ids_are_given_once,
        );
        $crate::promises_kept!($stores, blocks:
            neither_of_two_kept_apart_can_write_to_the_other,
            somebody_never_written_to_can_be_blocked,
            two_who_block_each_other_are_apart_until_both_give_up,
            a_key_of_before_the_block_still_gives_its_message,
            the_blocks_around_a_person_are_seen_from_both_sides,
            a_person_lists_whom_they_block,
            nobody_blocks_or_is_blocked_who_is_not_there,
            blocking_and_unblocking_at_once_adds_up,
            a_block_counts_from_its_answer_on_amid_many_sends,
        );
        $crate::promises_kept!($stores, reports:
            a_message_is_reported_by_its_recipient,
            a_message_is_reported_once_by_one_person,
            nobody_else_reports_a_message,
            reports_are_listed_in_pieces_and_by_their_state,
            a_report_is_closed_by_whoever_comes_first,
        );
        $crate::promises_kept!($stores, audit:
            an_entry_comes_back_as_it_was_written,
            entries_are_listed_the_newest_first_and_in_pieces,
            entries_are_found_by_who_what_and_whom,
            somebody_gone_has_no_name_in_the_log,
            what_becomes_of_reports_is_logged_once,
            what_becomes_of_invitations_is_logged_once,
        );
        $crate::promises_kept!($stores, roster:
            somebody_made_by_another_can_log_in_and_is_in_the_log,
            a_taken_name_is_given_to_nobody_and_not_logged,
            people_are_listed_in_every_order_and_in_pieces,
            people_are_listed_by_what_became_of_their_accounts,
            people_are_found_by_the_beginnings_of_names_words_and_addresses,
            a_search_that_finds_thousands_gives_them_in_order,
            what_is_changed_is_kept_and_logged_without_texts,
            whoever_is_deactivated_loses_sessions_and_tokens,
            another_password_ends_sessions_and_tokens,
            sessions_are_ended_and_tokens_stay,
            somebody_gone_is_not_changed_any_more,
            a_deletion_by_another_is_logged,
        );
        $crate::promises_kept!($stores, reading:
            a_message_is_found_by_its_two_people_only,
            messages_are_found_once_each_in_the_order_of_their_ids,
            history_reads_on_from_any_place,
            history_of_nothing_is_empty,
            each_pair_has_its_own_conversation,
            pages_are_numbered_from_the_newest,
            an_empty_list_has_one_empty_page,
            everything_is_one_list_in_commit_order,
            everything_is_read_from_the_first_to_the_newest_of_a_moment,
        );
        $crate::promises_kept!($stores, conversations:
            where_nothing_was_said_there_is_no_conversation,
            many_conversations_are_listed_in_order,
            a_conversation_is_seen_from_both_sides,
            unread_counts_what_the_other_said_since,
            sending_does_not_mark_as_read,
            unread_is_exact_in_a_long_conversation,
            a_note_to_oneself_is_never_unread,
            a_read_position_never_goes_back,
            reading_past_the_end_means_the_end,
            a_read_is_an_event_for_both,
            conversations_are_listed_by_their_latest_message,
            a_list_of_conversations_is_paged_by_activity,
            the_other_person_is_shown_as_they_are_now,
            reading_the_same_place_at_once_is_one_event,
            reading_different_places_at_once_only_goes_forward,
            writing_and_reading_in_both_directions_at_once_adds_up,
        );
        $crate::promises_kept!($stores, sharing:
            a_receipt_only_goes_forward_and_is_told_once,
            reading_implies_receiving,
            a_note_to_oneself_has_no_receipt_to_tell,
            receipts_at_once_only_go_forward,
            receipts_are_hidden_in_both_directions,
            each_switch_is_kept_by_itself,
            when_people_were_last_here_is_kept_if_they_share_it,
        );
        $crate::promises_kept!($stores, search:
            what_was_said_is_found_by_its_two_people_only,
            a_note_to_oneself_is_found_once,
            every_script_is_found_and_marks_mean_themselves,
            an_index_changes_no_answer,
            the_oldest_of_thousands_is_found,
            random_searches_find_what_reading_finds,
            indexers_find_what_waits_and_do_no_harm_together,
        );
        $crate::promises_kept!($stores, moderation:
            a_deleted_message_keeps_its_place_and_says_nothing,
            a_deletion_is_an_event_for_both,
            what_was_deleted_is_not_unread,
            what_was_deleted_is_not_found_by_its_words,
            the_key_of_a_deleted_message_is_free_again,
            a_message_is_deleted_once_however_many_try,
            deleting_amid_sends_leaves_no_gap,
            a_message_to_somebody_gone_is_deleted_for_whoever_is_left,
            everybodys_messages_are_listed_in_pieces,
            messages_are_listed_by_their_people_their_time_and_their_words,
            messages_are_listed_by_the_beginning_of_a_name,
            the_days_of_messages_are_counted,
        );
        $crate::promises_kept!($stores, retention:
            the_old_beginning_of_a_conversation_goes,
            of_an_old_conversation_the_newest_place_stays,
            what_is_gone_is_not_unread,
            a_cursor_before_what_is_gone_counts_no_more,
            as_many_are_counted_as_are_deleted,
        );
        $crate::promises_kept!($stores, events:
            a_living_store_is_healthy,
            the_epoch_stays_the_same,
            somebody_new_has_no_events,
            a_message_is_an_event_for_both,
            a_note_to_oneself_is_one_event,
            events_are_followed_in_pieces,
            a_cursor_at_the_end_is_fine_and_one_ahead_is_not,
            everyone_has_their_own_events,
            a_message_has_a_position_for_its_two_people,
            the_positions_of_many_are_asked_for_at_once,
            forgotten_events_are_gone_and_not_skipped,
            the_latest_event_may_be_forgotten,
        );
    };
}

/// The tests of one group of promises.
#[doc(hidden)]
#[macro_export]
macro_rules! promises_kept {
    ($stores:path, $group:ident: $($promise:ident,)+) => {
        $(
            #[$crate::tokio::test(flavor = "multi_thread", crate = "chatapp_testkit::tokio")]
            async fn $promise() {
                let promise = async |stores: $crate::contract::Stores| $crate::contract::$group::$promise(&stores).await;
                $crate::contract::keep($stores().await, promise).await;
            }
        )+
    };
}
