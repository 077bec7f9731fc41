"""Inbox of provider events, deduplicated by event id, processed by a background job."""
