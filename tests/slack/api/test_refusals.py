"""Every error that Slack documents for a method that the bot calls has its row in the table "Slack said no".

The lists are those of Slack's reference of methods (https://docs.slack.dev/reference/methods, 2026-11).
"""

import pytest

from bot.slack.api.failures import SlackPermanent
from bot.slack.api.gateway import SCOPES
from bot.slack.api.refusals import REFUSALS, Breadth, Consequence, Recast, refusal
from bot.slack.api.web_calls import UNKNOWN, UNTOUCHED

EVERYWHERE = """
access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied enterprise_is_restricted
fatal_error internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth invalid_charset
invalid_form_data invalid_post_type method_deprecated missing_post_type missing_scope no_permission not_authed
not_allowed_token_type org_login_required ratelimited request_timeout service_unavailable
team_access_not_granted team_added_to_org token_expired token_revoked two_factor_setup_required unknown_method
"""
VIEWS = "duplicate_external_id hash_conflict not_found view_too_large"
READING = "channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest"
UPLOADED = "access_denied channel_not_found file_not_found file_update_failed invalid_blocks invalid_channel"
DOCUMENTED = {
    "chat.postMessage": """as_user_not_supported cannot_reply_to_message channel_not_found invalid_blocks
        duplicate_channel_not_found duplicate_message_not_found invalid_blocks_format invalid_metadata_format
        invalid_metadata_schema is_archived markdown_text_conflict message_limit_exceeded
        messages_tab_disabled metadata_must_be_sent_from_app metadata_too_large msg_blocks_too_long
        msg_too_long no_text not_in_channel rate_limited restricted_action
        restricted_action_non_threadable_channel
        restricted_action_read_only_channel restricted_action_thread_locked
        restricted_action_thread_only_channel slack_connect_canvas_sharing_blocked
        slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked too_many_attachments
        too_many_contact_cards""",
    "chat.update": """as_user_not_supported block_mismatch cant_broadcast_message cant_update_message
        channel_not_found edit_window_closed external_channel_migrating invalid_attachments invalid_blocks
        invalid_blocks_format invalid_metadata_format invalid_metadata_schema is_inactive
        markdown_text_conflict message_not_found metadata_must_be_sent_from_app metadata_too_large
        msg_too_long no_dual_broadcast_content_update no_text slack_connect_file_link_sharing_blocked
        streaming_state_conflict team_not_found too_many_attachments update_failed""",
    "chat.postEphemeral": """cannot_reply_to_message channel_not_found invalid_attachments invalid_blocks
        invalid_blocks_format is_archived is_bot markdown_text_conflict message_limit_exceeded
        messages_tab_disabled msg_too_long no_text not_in_channel restricted_action too_many_attachments
        user_not_in_channel""",
    "chat.getPermalink": "channel_not_found message_not_found",
    "reactions.add": """already_reacted bad_timestamp channel_not_found external_channel_migrating
        invalid_name is_archived message_not_found no_access no_item_specified not_reactable
        thread_locked too_many_emoji too_many_reactions""",
    "views.open": f"{VIEWS} exchanged_trigger_id expired_trigger_id invalid_trigger_id",
    "views.update": VIEWS,
    "views.publish": f"{VIEWS} missing_profile_id not_enabled not_implemented",
    "conversations.history": f"{READING} channel_is_limited_access not_in_channel",
    "conversations.replies": f"""{READING} list_record_comment_fetch_failed
        method_not_supported_for_channel_type thread_not_found""",
    "conversations.members": """channel_not_found fetch_members_failed invalid_cursor invalid_limit
        method_not_supported_for_channel_type""",
    "conversations.open": """cannot_dm_bot channel_not_found invalid_user_combination
        method_not_supported_for_channel_type not_enough_users too_many_users user_disabled user_not_found
        user_not_visible users_list_not_supplied""",
    "usergroups.users.list": "is_bot no_such_subteam user_is_restricted",
    "users.info": "user_not_found user_not_visible users_not_found",
    "files.getUploadURLExternal": """alt_txt_too_large file_upload_size_restricted file_uploads_disabled
        missing_argument snippet_too_large storage_limit_reached unknown_snippet_type unknown_subtype""",
    "files.completeUploadExternal": f"""{UPLOADED} channels_limit_exceeded not_in_channel
        posting_to_channel_denied""",
}
ROWS = [(method, code) for method, codes in DOCUMENTED.items() for code in f"{codes} {EVERYWHERE}".split()]


def test_every_method_that_the_bot_calls_has_its_list() -> None:
    assert set(DOCUMENTED) == set(SCOPES)


@pytest.mark.parametrize(("method", "code"), ROWS, ids=lambda one: str(one))
def test_every_documented_error_has_a_row_with_a_mend_for_people(method: str, code: str) -> None:
    row = refusal(code, method)
    assert "documentation" not in row.mend
    assert row.mend.endswith(".")


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_row_can_be_acted_on(code: str) -> None:
    row = REFUSALS[code]
    assert (row.recast is not None) == (row.outcome is Consequence.MEND)
    assert row.outcome is Consequence.HOLD or row.reach is Breadth.MESSAGE


def test_what_the_client_retries_is_retried_by_the_table() -> None:
    assert {REFUSALS[code].outcome for code in UNTOUCHED | UNKNOWN} == {Consequence.RETRY}


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_an_upload_that_is_not_allowed_costs_the_picture_only(method: str) -> None:
    for code in ("missing_scope", "file_uploads_disabled", "not_allowed_token_type"):
        assert refusal(code, method).recast is Recast.PICTURE
    assert refusal("token_revoked", method).reach is Breadth.WORKSPACE


def test_a_scope_that_is_missing_for_reading_holds_no_message() -> None:
    assert refusal("missing_scope", "chat.postMessage").reach is Breadth.WORKSPACE
    assert refusal("missing_scope", "conversations.history").reach is Breadth.MESSAGE


@pytest.mark.parametrize("code", ["invalid_blocks", "not_in_channel", "restricted_action", "missing_scope"])
def test_no_picture_and_no_setting_is_called_a_defect(code: str) -> None:
    assert "defect" not in refusal(code, "chat.postMessage").mend


@pytest.mark.parametrize(
    ("details", "is_picture"),
    [
        (("[ERROR] downloading image failed [json-pointer:/blocks/3/image_url]",), True),
        (("[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]",), True),
        (("[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]",), False),
        ((), False),
    ],
)
def test_slacks_own_words_tell_a_picture_from_other_blocks(
    *, details: tuple[str, ...], is_picture: bool
) -> None:
    assert SlackPermanent("invalid_blocks", "", "chat.update", details).is_about_picture is is_picture
