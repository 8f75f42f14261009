//! The tables, one description for both engines.

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        username_key -> Text,
        display_name -> Text,
        display_key -> Text,
        email -> Text,
        password -> Text,
        is_active -> Bool,
        is_superuser -> Bool,
        joined_at -> BigInt,
        email_key -> Nullable<Text>,
        look -> Nullable<Binary>,
        avatar -> Nullable<Text>,
        receipts -> Bool,
        presence -> Bool,
        last_seen -> Nullable<BigInt>,
        last_login -> BigInt,
        standing -> SmallInt,
    }
}

diesel::table! {
    avatars (user_id) {
        user_id -> BigInt,
        jpeg -> Binary,
    }
}

diesel::table! {
    retired_names (name_hash) {
        name_hash -> Binary,
        look -> Binary,
    }
}

diesel::table! {
    feeds (user_id) {
        user_id -> BigInt,
        last_pos -> BigInt,
        forgotten_pos -> BigInt,
        message_count -> BigInt,
        block_count -> BigInt,
    }
}

diesel::table! {
    conversations (id) {
        id -> BigInt,
        low_id -> BigInt,
        high_id -> BigInt,
        low_read_seq -> BigInt,
        low_read_count -> BigInt,
        high_read_seq -> BigInt,
        high_read_count -> BigInt,
        low_delivered_seq -> BigInt,
        high_delivered_seq -> BigInt,
        forgotten_seq -> BigInt,
    }
}

diesel::table! {
    messages (id) {
        id -> BigInt,
        conversation_id -> BigInt,
        seq -> BigInt,
        sender_id -> BigInt,
        sender_pos -> BigInt,
        recipient_id -> BigInt,
        recipient_pos -> BigInt,
        low_sent -> BigInt,
        sent_at -> BigInt,
        client_key -> Nullable<Text>,
        body -> Text,
    }
}

diesel::table! {
    events (user_id, pos) {
        user_id -> BigInt,
        pos -> BigInt,
        kind -> SmallInt,
        peer_id -> BigInt,
        actor_id -> BigInt,
        seq -> BigInt,
        happened_at -> BigInt,
        message_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    deletions (conversation_id, seq) {
        conversation_id -> BigInt,
        seq -> BigInt,
        by_low -> Bool,
        deleted_at -> BigInt,
    }
}

diesel::table! {
    abandoned_conversations (conversation_id) {
        conversation_id -> BigInt,
    }
}

diesel::table! {
    message_days (block, day) {
        block -> BigInt,
        day -> BigInt,
        message_count -> BigInt,
    }
}

diesel::table! {
    search_blocks (user_id, level, shard, block) {
        user_id -> BigInt,
        level -> SmallInt,
        shard -> SmallInt,
        block -> BigInt,
        terms -> Binary,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        key_hash -> Binary,
        user_id -> BigInt,
        opened_at -> BigInt,
        used_at -> BigInt,
        device -> Text,
        address -> Text,
        confirmed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    tokens (id) {
        id -> BigInt,
        key_hash -> Binary,
        user_id -> BigInt,
        name -> Text,
        prefix -> Text,
        may_write -> Bool,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    blocks (blocker_id, blocked_id) {
        blocker_id -> BigInt,
        blocked_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        message_id -> BigInt,
        reporter_id -> BigInt,
        reason -> Text,
        created_at -> BigInt,
        is_open -> Bool,
        closed_at -> Nullable<BigInt>,
        closed_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    invitations (id) {
        id -> BigInt,
        token_hash -> Binary,
        email -> Text,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        used_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    admin_log (id) {
        id -> BigInt,
        happened_at -> BigInt,
        actor_id -> Nullable<BigInt>,
        action -> Text,
        target_kind -> Text,
        target_id -> BigInt,
        detail -> Text,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    sign_ups (token_hash) {
        token_hash -> Binary,
        username -> Text,
        username_key -> Text,
        look -> Binary,
        email -> Text,
        password -> Text,
        invitation_id -> Nullable<BigInt>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    password_resets (token_hash) {
        token_hash -> Binary,
        user_id -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    email_changes (token_hash) {
        token_hash -> Binary,
        user_id -> BigInt,
        email -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sequences (name) {
        name -> Text,
        next -> BigInt,
    }
}

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    users,
    avatars,
    feeds,
    conversations,
    messages,
    events,
    deletions,
    abandoned_conversations,
    message_days,
    search_blocks,
    sessions,
    tokens,
    blocks,
    reports,
    invitations,
    admin_log,
    password_resets
);
