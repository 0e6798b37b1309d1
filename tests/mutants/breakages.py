"""Connectors broken on purpose: what is changed in the source, and the checks that must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Breakage:
    """`old` becomes `new` in the source; each of `noticed` must fail."""

    old: str
    new: str
    noticed: tuple[str, ...]


SPEC = "    return ConnectorSpec(\n        dialect.name,\n"

DIRECT: dict[str, Breakage] = {
    "counts ranges and adds nothing up": Breakage(
        'return len(rows), sum(row["rev"] for row in rows)',
        "return len(rows), 0",
        (
            "test_a_tally_counts_the_rows_of_a_range_and_adds_their_versions",
            "test_deleted_rows_are_not_tallied",
        ),
    ),
    "counts the lower edge of a range": Breakage(
        "self.kinds[entity], after, until))\n        return len(rows)",
        "self.kinds[entity], after - 1, until))\n        return len(rows)",
        ("test_a_tally_counts_the_rows_of_a_range_and_adds_their_versions",),
    ),
    "gives every row the same version": Breakage(
        'str(row["rev"]), datetime',
        '"1", datetime',
        (
            "test_every_write_gives_a_version_above_all_others",
            "test_a_changed_part_gives_its_document_a_new_version",
        ),
    ),
    "shows more of a range than was asked for": Breakage(
        "for row in rows[:limit]]",
        "for row in rows]",
        ("test_a_range_is_shown_in_order_and_keeps_to_its_limit",),
    ),
    "walks on by the last row alone": Breakage(
        "at=at.advance(seen, feed.settled, more=feed.more)",
        "at=at.advance(seen, feed.settled, more=True)",
        (
            "test_sees_a_row_born_within_the_last_second",
            "test_sees_an_edit_made_after_the_last_page",
            "test_never_loses_an_edit_wherever_it_stops",
            "test_a_changed_part_shows_in_the_feed",
        ),
    ),
    "trusts the clock about late commits": Breakage(
        "at.advance(seen, feed.settled,",
        "at.advance(seen, feed.now,",
        ("test_sees_a_commit_that_shows_late",),
    ),
    "skips the edge of a page": Breakage(
        "(str(at.stamp), at.id)",
        '(str(at.stamp), at.id and "~")',
        (
            "test_reads_everything_whatever_the_page_size",
            "test_resumes_in_another_process",
            "test_a_full_reading_shows_every_row_though_edited_meanwhile",
        ),
    ),
    "never ends": Breakage(
        "cursor, feed.more, sweep",
        "cursor, True, sweep",
        ("test_reads_everything_whatever_the_page_size",),
    ),
    "gives out cursors that are not text": Breakage(
        "Page(changes, cursor, feed.more",
        "Page(changes, then if feed.more else then.ended(), feed.more",
        ("test_pages_hold_what_the_contract_says",),
    ),
    "ignores the limit": Breakage(
        "place, limit, whole", "place, 100, whole", ("test_pages_keep_to_the_limit",)
    ),
    "keeps its place to itself": Breakage(
        "        at = reading.at\n",
        "        at = getattr(self, 'at', START) if reading.at.stamp else reading.at\n"
        "        place = None if at.stamp is None else (str(at.stamp), at.id)\n"
        "        seen = self.desk.feed(self.kinds[entity], place, limit, whole=True).entries\n"
        "        self.at = Keyset(seen[-1].stamp, seen[-1].id) if seen else at\n",
        (
            "test_a_cursor_given_again_reads_the_same_again",
            "test_resumes_from_every_cursor_without_losing_any",
        ),
    ),
    "loses a row at the end of each page": Breakage(
        "for entry in feed.entries]\n        return Page",
        "for entry in feed.entries[: limit - 1 or 1]]\n        return Page",
        ("test_reads_everything_whatever_the_page_size",),
    ),
    "does not say that a reading is full": Breakage(
        "sweep=reading.sweep, first=first)",
        "sweep=False, first=first)",
        ("test_a_reading_from_the_beginning_is_a_full_one",),
    ),
    "says first on every page": Breakage(
        "sweep=reading.sweep, first=first)",
        "sweep=reading.sweep, first=True)",
        ("test_a_reading_from_the_beginning_is_a_full_one",),
    ),
    "fails when its cursor is forgotten": Breakage(
        "if refused.status != 410:", "if True:", ("test_a_forgotten_cursor_starts_a_full_reading",)
    ),
    "reads on when its cursor is forgotten": Breakage(
        "whole=reading.sweep", "whole=True", ("test_a_forgotten_cursor_starts_a_full_reading",)
    ),
    "reads all again and calls it a delta": Breakage(
        "        at = reading.at\n",
        "        at = reading.at if reading.sweep or reading.at.id else START\n",
        ("test_a_delta_feed_shows_what_moved_and_little_else",),
    ),
    "hides deletions": Breakage(
        "[_change(entry) for entry in feed.entries]",
        "[_change(entry) for entry in feed.entries if entry.row]",
        (
            "test_deletions_appear_in_the_feed",
            "test_rows_deleted_between_pages_are_known_to_be_gone",
        ),
    ),
    "shows what is deleted as if it were there": Breakage(
        "return Change(entry.id, None, at=",
        'return Change(entry.id, {"id": entry.id}, at=',
        ("test_deletions_appear_in_the_feed", "test_a_full_reading_does_not_show_what_is_deleted"),
    ),
    "does not say when": Breakage(
        'str(row["rev"]), datetime.fromisoformat(row["updated"]))',
        'str(row["rev"]))',
        ("test_says_when_a_row_changed",),
    ),
    "tells local time": Breakage(
        'str(row["rev"]), datetime.fromisoformat(row["updated"]))',
        'str(row["rev"]), datetime.fromisoformat(row["updated"][:-1] + "+02:00"))',
        ("test_says_when_a_row_changed",),
    ),
    "leaves out what is empty": Breakage(
        'return Change(row["id"], row, str',
        'return Change(row["id"], {k: v for k, v in row.items() if v is not None}, str',
        ("test_a_row_shows_every_selected_column",),
    ),
    "shows an older row in the feed": Breakage(
        "        return _shown(entry.row)\n",
        "        return replace(_shown(entry.row), version='0')\n",
        ("test_fetch_and_feed_show_the_same",),
    ),
    "fetches everything": Breakage(
        "self.desk.get(self.kinds[entity], keys)",
        "self.desk.crm.rows(self.kinds[entity])",
        (
            "test_fetches_what_is_asked_and_only_that",
            "test_fetching_leaves_out_what_is_not_there",
        ),
    ),
    "fetches no more than fit one query": Breakage(
        "self.desk.get(self.kinds[entity], keys)",
        "self.desk.get(self.kinds[entity], keys[:25])",
        ("test_fetches_more_rows_than_fit_one_query",),
    ),
    "mixes up calls made at once": Breakage(
        "        receipts: list[Receipt] = []\n",
        "        import time\n        self.writes = writes\n        time.sleep(0.01)\n"
        "        writes, receipts = self.writes, []\n",
        ("test_takes_as_many_calls_at_once_as_it_says",),
    ),
    "finds everything": Breakage(
        "rows = said(lambda: self.desk.find(self.kinds[entity], column, values))",
        "rows = self.desk.crm.rows(self.kinds[entity])",
        ("test_finds_rows_by_their_origin",),
    ),
    "answers backwards": Breakage(
        "        return receipts\n",
        "        return receipts[::-1]\n",
        ("test_receipts_answer_the_batch_in_order",),
    ),
    "mixes up the keys of a batch": Breakage(
        "        return receipts\n",
        "        keys = [receipt.key for receipt in receipts][::-1]\n"
        "        return [replace(r, key=k) for r, k in zip(receipts, keys)]\n",
        ("test_receipts_answer_the_batch_in_order",),
    ),
    "gives one receipt too many": Breakage(
        "        return receipts\n",
        "        return [*receipts, Receipt('more')]\n",
        ("test_no_writes_no_receipts", "test_receipts_answer_the_batch_in_order"),
    ),
    "sinks the batch": Breakage(
        "if trouble and not receipts:",
        "if True:",
        ("test_one_bad_write_does_not_sink_the_others",),
    ),
    "swallows refusals": Breakage(
        "receipts.append(Receipt(write.id, write.key, error=error))",
        "receipts.append(Receipt(write.id, write.key))",
        (
            "test_an_update_of_a_row_that_is_gone_says_so",
            "test_a_write_with_an_old_version_is_stale",
            "test_a_reference_to_nothing_is_refused",
        ),
    ),
    "writes back all it last saw": Breakage(
        "self.desk.update(kind, write.key, write.row, parts, rev)",
        "self.desk.update(kind, write.key, {n: v for n, v in {**write.current, **write.row}.items()"
        " if n in self.desk.crm.dialect.kinds[kind].columns}, parts, rev)",
        ("test_leaves_alone_what_others_changed_meanwhile",),
    ),
    "empties what it was not given": Breakage(
        "self.desk.update(kind, write.key, write.row, parts, rev)",
        'self.desk.update(kind, write.key, {"notes": None, "phone": None, **write.row}, parts, rev)',
        ("test_writes_only_the_columns_it_was_given",),
    ),
    "cannot empty a field": Breakage(
        "self.desk.update(kind, write.key, write.row, parts, rev)",
        "self.desk.update(kind, write.key, {k: v for k, v in write.row.items() if v is not None},"
        " parts, rev)",
        ("test_an_emptied_field_is_empty",),
    ),
    "drops half of a create": Breakage(
        'for name, value in write.row.items() if name != "id"}',
        'for name, value in write.row.items() if name in ("title", "notes", "item_id")}',
        ("test_a_created_row_shows_what_was_sent",),
    ),
    "rounds money to whole units": Breakage(
        'row = {name: value for name, value in write.row.items() if name != "id"}',
        'row = {n: round(v) if n == "amount" and v else v for n, v in'
        ' write.row.items() if n != "id"}',
        ("test_money_is_kept_to_the_cent", "test_a_created_row_shows_what_was_sent"),
    ),
    "moves dates by a day": Breakage(
        'row = {name: value for name, value in write.row.items() if name != "id"}',
        "from datetime import date, timedelta\n"
        '            row = {n: str(date.fromisoformat(v) - timedelta(days=1)) if n == "closes" else v'
        ' for n, v in write.row.items() if n != "id"}',
        ("test_dates_do_not_move",),
    ),
    "moves instants by an hour": Breakage(
        'row = {name: value for name, value in write.row.items() if name != "id"}',
        'row = {n: v.replace("Z", "+01:00") if n == "touched" else v for n, v in write.row.items()'
        ' if n != "id"}',
        ("test_instants_do_not_move",),
    ),
    "writes every choice as the first": Breakage(
        'row = {name: value for name, value in write.row.items() if name != "id"}',
        'row = {n: "OPEN" if n == "state" and kind == "deals" else v for n, v in'
        ' write.row.items() if n != "id"}',
        ("test_choices_are_kept",),
    ),
    "loses letters": Breakage(
        'row = {name: value for name, value in write.row.items() if name != "id"}',
        'row = {n: v.encode("ascii", "replace").decode() if n == "notes" else v for n, v in'
        ' write.row.items() if n != "id"}',
        ("test_letters_are_kept",),
    ),
    "rounds quantities": Breakage(
        'PartCall(part.collection, "create", part.id, part.row)',
        'PartCall(part.collection, "create", part.id, {n: round(v) if n == "count" else v'
        " for n, v in part.row.items()})",
        ("test_quantities_are_kept",),
    ),
    "does not delete": Breakage(
        '            self.desk.delete(kind, write.key or "", rev)\n',
        "            pass\n",
        ("test_a_deleted_row_is_gone", "test_deletions_appear_in_the_feed"),
    ),
    "fails where it has deleted before": Breakage(
        'if refused.code != "no_row":',
        "if True:",
        ("test_a_lost_answer_to_a_delete_can_be_sent_again",),
    ),
    "calls a deletion done before invalid": Breakage(
        "                raise\n        return Receipt",
        "                raise\n            return Receipt(write.id, error=Invalid('gone'))\n"
        "        return Receipt",
        ("test_deleting_twice_is_harmless",),
    ),
    "creates documents without their parts": Breakage(
        "return self.desk.create(kind, row, parts, id=write.origin)",
        "return self.desk.create(kind, row, parts[:1], id=write.origin)",
        ("test_a_document_is_created_with_its_parts",),
    ),
    "does not tell the keys of new parts": Breakage(
        "existed, self._made(row, write.parts)\n",
        "existed\n",
        (
            "test_a_document_is_created_with_its_parts",
            "test_a_part_added_later_leaves_the_others_alone",
            "test_several_parts_change_in_one_write",
            "test_a_lost_answer_to_a_new_part_makes_no_twin",
        ),
    ),
    "replaces parts instead of updating them": Breakage(
        "return PartCall(part.collection, part.action.value, part.key, part.row)",
        'return PartCall(part.collection, "delete", part.key)',
        ("test_an_updated_part_changes_only_as_told", "test_several_parts_change_in_one_write"),
    ),
    "keeps the parts it should delete": Breakage(
        "for part in write.parts if part.id not in made]",
        "for part in write.parts if part.action is not Action.DELETE]",
        ("test_a_deleted_part_leaves_the_others_alone", "test_several_parts_change_in_one_write"),
    ),
    "drops the key": Breakage(
        "parts, id=write.origin)",
        "parts)",
        (
            "test_a_create_sent_twice_makes_one_row",
            "test_twins_in_one_batch_make_one_row",
            "test_another_process_creates_no_twin_either",
            "test_a_lost_answer_to_a_create_makes_no_twin",
        ),
    ),
    "creates parts twice": Breakage(
        'PartCall(part.collection, "create", part.id, part.row)',
        'PartCall(part.collection, "create", None, part.row)',
        ("test_a_lost_answer_to_a_new_part_makes_no_twin",),
    ),
    "adds the parts of a create again": Breakage(
        "            row, existed = self._create(kind, write)\n",
        "            row, existed = self._create(kind, write)\n"
        "            more = [replace(p, id=None) for p in self._part_calls(kind, write)]\n"
        "            row = self.desk.update(kind, row['id'], {}, more) if existed else row\n",
        ("test_a_create_sent_again_has_its_parts_once",),
    ),
    "never says that a row existed": Breakage(
        'str(row["rev"]), existed,',
        'str(row["rev"]), False,',
        ("test_a_create_sent_again_says_that_the_row_existed",),
    ),
    "always says that a row existed": Breakage(
        'str(row["rev"]), existed,',
        'str(row["rev"]), True,',
        (
            "test_a_create_sent_again_says_that_the_row_existed",
            "test_creates_of_other_origin_are_rows_of_their_own",
        ),
    ),
    "drops the guard": Breakage(
        "rev = int(write.version) if write.version else None",
        "rev = None",
        (
            "test_a_write_with_an_old_version_is_stale",
            "test_parts_are_guarded_like_their_document",
            "test_a_delete_with_an_old_version_is_stale",
        ),
    ),
    "gives out versions that are old already": Breakage(
        'return Change(row["id"], row, str(row["rev"])',
        'return Change(row["id"], row, str(row["rev"] + 1)',
        ("test_a_write_with_the_version_shown_goes_through",),
    ),
    "echoes the wish": Breakage(
        'write.id, row["id"], row, str',
        'write.id, row["id"], {**row, **write.row, "title": "w", "last": "w"}, str',
        (
            "test_a_create_echoes_the_row_as_stored",
            "test_an_update_echoes_the_row_as_stored",
        ),
    ),
    "echoes the header only": Breakage(
        'write.id, row["id"], row, str',
        'write.id, row["id"], {n: [] if isinstance(v, list) else v for n, v in row.items()}, str',
        ("test_changed_parts_are_echoed_as_stored",),
    ),
    "blames nobody": Breakage(
        '    text = f"the CRM said {trouble.status}: {trouble.message}"\n',
        "    if trouble.status != 404: raise RuntimeError('oops')\n    text = 'oops'\n",
        (
            "test_trouble_in_reading_is_told_in_our_words",
            "test_trouble_in_writing_is_told_in_our_words",
            "test_reading_goes_on_after_trouble",
            "test_errors_do_not_show_secrets",
        ),
    ),
    "calls throttling an outage": Breakage(
        "return Throttled(text, trouble.after)",
        "return Unavailable(text)",
        ("test_trouble_in_reading_is_told_in_our_words",),
    ),
    "is sure that a lost write failed": Breakage(
        "(Unsure if trouble.sent and writing else Unavailable)",
        "Unavailable",
        (
            "test_a_lost_answer_leaves_nobody_without_a_receipt",
            "test_a_lost_answer_to_an_update_can_be_sent_again",
        ),
    ),
    "reads while it opens": Breakage(
        "        self.sweep_every = settings.sweep_every\n",
        "        self.sweep_every = settings.sweep_every\n"
        "        self.desk.feed('items', None, 1)\n",
        ("test_opening_asks_for_no_rows",),
    ),
    "cannot be closed twice": Breakage(
        '        """Nothing is held."""\n',
        "        del self.desk\n",
        ("test_closing_twice_is_harmless",),
    ),
    "stumbles over trouble when it closes": Breakage(
        '        """Nothing is held."""\n',
        "        if self.desk.crm.calls == 1: raise RuntimeError('never read')\n",
        ("test_closing_is_harmless_after_trouble",),
    ),
    "shows another table": Breakage(
        "self.desk.describe(self.kinds[entity])",
        "self.desk.describe('people')",
        (
            "test_the_map_fits_what_the_system_says_of_itself",
            "test_the_description_is_of_the_table",
        ),
    ),
    "describes a table anew each time": Breakage(
        "        return said(lambda: self.desk.describe(self.kinds[entity]))\n",
        "        found = said(lambda: self.desk.describe(self.kinds[entity]))\n"
        "        self.told = getattr(self, 'told', 0) + 1\n"
        "        return Description(str(self.told), found.columns, found.collections)\n",
        ("test_what_did_not_change_is_described_alike",),
    ),
    "has no way to close": Breakage(
        "    def close(self)", "    def shut(self)", ("test_is_a_connector_that_reads_or_writes",)
    ),
    "is dear to import": Breakage(
        "import json\n", "import json\nimport requests\n", ("test_introducing_it_is_cheap",)
    ),
    "speaks an old contract": Breakage(
        "        limits=Limits(",
        "        contract=0,\n        limits=Limits(",
        ("test_speaks_this_contract",),
    ),
    "has a name that cannot be typed": Breakage(
        SPEC,
        SPEC.replace("dialect.name", "' North '"),
        ("test_says_what_it_is_in_types",),
    ),
    "takes back what it never promised": Breakage(
        "        limits=Limits(",
        "        narrowed={'lead': frozenset()},\n        limits=Limits(",
        ("test_takes_back_only_what_it_promised",),
    ),
    "files a map under another entity": Breakage(
        "{path.stem: path for path in",
        "{{'quote': 'order'}.get(path.stem, path.stem): path for path in",
        ("test_maps_are_of_the_entity_they_are_filed_under",),
    ),
    "shows its secret": Breakage(
        "    sweep_every: int = 0\n\n\n@dataclass",
        "    sweep_every: int = 0\n    api_key: str = 'hush'\n\n\n@dataclass",
        ("test_settings_do_not_show_secrets",),
    ),
}

MAPS: dict[str, tuple[str, Breakage]] = {
    "spells two words the same": (
        "opportunity",
        Breakage("won: WON", "won: OPEN", ("test_every_native_word_means_one_thing",)),
    ),
    "maps a column that is not there": (
        "opportunity",
        Breakage("at: notes", "at: nots", ("test_the_map_fits_what_the_system_says_of_itself",)),
    ),
    "maps a word that is not there": (
        "opportunity",
        Breakage("won: WON", "won: GAINED", ("test_the_map_fits_what_the_system_says_of_itself",)),
    ),
    "maps amounts without cents": (
        "opportunity",
        Breakage(
            "at: amount, lens: money, currency: amount_cur, write_currency: amount_cur, precision: 2",
            "at: amount, lens: money, currency: amount_cur, write_currency: amount_cur, precision: 0",
            ("test_every_field_survives_the_round_trip", "test_money_is_kept_to_the_cent"),
        ),
    ),
    "maps prices of lines without cents": (
        "opportunity",
        Breakage(
            "at: price, lens: money, currency: price_cur, write_currency: price_cur, precision: 2",
            "at: price, lens: money, currency: price_cur, write_currency: price_cur, precision: 0",
            ("test_every_field_of_a_part_survives_the_round_trip",),
        ),
    ),
}

CALL = "return self.session.json(self.called(verb, path, sent, headers, **how))"

ACME: dict[str, Breakage] = {
    "tells its token when it fails": Breakage(
        CALL,
        f"""try:
            {CALL}
        except OppBridgeError as error:
            token = self.session._http.headers["Authorization"]
            raise type(error)(f"{{error}} as {{token}}") from error""",
        ("test_errors_do_not_show_secrets",),
    ),
    "holds its token as plain text": Breakage(
        "class AcmeSettings(BaseModel):\n    url: str\n    token: SecretStr",
        "class Plain(str):\n    def get_secret_value(self) -> str:\n        return self\n\n\n"
        "class AcmeSettings(BaseModel, arbitrary_types_allowed=True):\n    url: str\n"
        "    token: Plain",
        ("test_settings_do_not_show_secrets",),
    ),
    "sends writes again on its own": Breakage(
        "self.called(verb, path, sent, headers, **how)",
        "self.called(verb, path, sent, headers, repeatable=True)",
        ("test_a_lost_answer_leaves_nobody_without_a_receipt",),
    ),
    "keeps no answer apart": Breakage(
        "        if write.action is Action.DELETE:\n            return",
        "        if write.action is not Action.CREATE:\n            return",
        ("test_an_update_echoes_the_row_as_stored",),
    ),
}
