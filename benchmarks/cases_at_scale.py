"""How fast the pages of a turn and of a case are in a force of a million cases, under the web login.

    python benchmarks/cases_at_scale.py --cases 1000000 --out benchmarks/results/cases_at_scale.json

It starts a server of its own. BENCHMARK ONLY: its rows are not told through the commands, which would take weeks; a
superuser writes them in bulk with the triggers off and the indexes set aside, as this loader alone may, and then
makes the indexes and ANALYZEs as a load does. Each page is asked for through the whole site, one after another,
under the login that serves pages, with row security and the log of looks. Then the indexes that were made for these
pages are dropped, and the same pages asked for once more: that is the alternative beside which the figures stand.
"""

import argparse
import os
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import psycopg
from psycopg import sql
from scratch import scratch, tell

from throughline.casework.risk.rules.hearing import hearing
from throughline.foundations.clock.rules import london_day
from throughline.running.cluster import SUPERUSER
from throughline.running.logins import WEB
from throughline.running.site import demo_environment, make_signing_key

#: What waits on a day, whatever the force's past: the lists that the pages of a turn are made of.
WAITING = {
    "risk-check": ("response-sergeant", 150),
    "risk-check-high": ("duty-inspector", 40),
    "hub-review": ("hub-reviewer", 300),
    "no-arrest-review": ("response-sergeant", 80),
    "child-decision": ("response-officer", 400),
    "reassurance-visit": ("response-officer", 2_000),
    "crime-recording": ("crime-registrar", 1_500),
    "deployment-review": ("control-room-supervisor", 25),
    "risk-returned": ("response-officer", 30),
    "child-find-out": ("response-officer", 60),
}
#: How many seconds a statement may take without them.
PATIENCE = 60
#: The indexes that were made for these pages; the alternative is without them.
OURS = (
    "duties_about",
    "duties_open_of_kind",
    "decisions_about",
    "scene_acted",
    "scene_acted_latest",
    "scene_child_decided_latest",
    "audit_event_looks",
    "offline_lease_about",
)

# Two in three of the incidents of each case were assessed, graded and checked by an officer and a sergeant, every
# other one looked at by the hub. Ids are hashes, so that nothing lies in the order of its making. What police are
# told of now is in the last days; one case, number 1, has happened a lot.
_ROWS = """
select setseed(0.42);
create function pg_temp.id(what text, n bigint) returns uuid language sql immutable as
  $$ select md5(what || n::text)::uuid $$;
create function pg_temp.id(what text, n bigint, k bigint) returns uuid language sql immutable as
  $$ select md5(what || n::text || '/' || k::text)::uuid $$;
create function pg_temp.one_of(codes text[], dice float) returns text language sql immutable as
  $$ select codes[1 + floor(dice * array_length(codes, 1))::int] $$;
create function pg_temp.officer(n bigint) returns uuid language sql immutable as
  $$ select pg_temp.id('account', 10 + n % 1500) $$;
create function pg_temp.sergeant(n bigint) returns uuid language sql immutable as
  $$ select pg_temp.id('account', 1600 + n % 150) $$;

insert into accounts_agency (id, name) values (pg_temp.id('agency', 1), 'An invented force');
insert into accounts_team (id, agency_id, name) values (pg_temp.id('team', 1), pg_temp.id('agency', 1), 'Response');
insert into accounts_user (password, id, username, name, email, role, team_id, is_active, made_at,
  password_is_one_time, generation)
select '!', pg_temp.id('account', n), 'account' || n, 'Officer ' || n, '',
  case when n < 1600 then 'response-officer' when n < 1760 then 'response-sergeant' when n < 1780 then 'duty-inspector'
    else 'hub-reviewer' end,
  pg_temp.id('team', 1), true, now() - interval '5 years', false, 0
from generate_series(10, 1800) n;
insert into contact_shift (id, "user", role, team, started_at, ends_at, ended_at)
select pg_temp.id('shift', n), pg_temp.id('account', n), 'response-officer', pg_temp.id('team', 1),
  now() - interval '5 hours', now() + interval '4 hours', null from generate_series(10, 310) n;
insert into contact_shift (id, "user", role, team, started_at, ends_at, ended_at)
select pg_temp.id('shift', n), pg_temp.id('account', 10 + n % 1700), 'response-officer', pg_temp.id('team', 1),
  at, at + interval '9 hours', at + interval '9 hours'
from (select n, now() - interval '1 day' - random() * interval '2 years' as at
  from generate_series(10000, 10000 + {cases} / 10) n) as past;

insert into people_identity (id) select pg_temp.id('identity', n) from generate_series(1, {people}) n;
insert into people_record (id, source, source_ref, sex, gender_identity, born, born_from, born_to, ethnicity,
  ethnicity_scheme, ethnicity_officer_defined, language, needs_interpreter, made_at, review_on, erased_at)
select pg_temp.id('record', n), 'bench', n::text, (1 + n % 2)::text, '', date '1950-01-01' + (n % 20000)::int,
  null, null, '', '', '', '', null, now() - interval '3 years', current_date + 1000, null
from generate_series(1, {people}) n;
insert into people_identitylink (id, record_id, identity_id, valid_from, valid_until, made_by, ended_by)
select n, pg_temp.id('record', n), pg_temp.id('identity', case when n % 40 = 0 then n - 1 else n end),
  now() - interval '3 years', null, pg_temp.id('account', 10), null
from generate_series(1, {people}) n;
insert into people_name (id, record_id, valid_from, valid_until, kind, forename, middle, surname, "full", "order")
select pg_temp.id('name', n, k), pg_temp.id('record', n), null, null,
  case k when 1 then 'current' else 'birth' end,
  pg_temp.one_of(array['Zofia','Bertram','Maud','Craig','Ada','Ben','Orla','Idris'], random()), '',
  pg_temp.one_of(array['Quill','Ash','Fern','Whit','Thorn','Mar'], random())
    || pg_temp.one_of(array['feather','grove','cliffe','more','ley','wick'], random()) || n % 997, '', 'given-first'
from generate_series(1, {people}) n, generate_series(1, 1 + (n % 4 = 0)::int) k;
insert into access_grant (id, subject, kind, grantee, valid_from, valid_until, reason, made_by)
select pg_temp.id('grant', n), pg_temp.id('record', n * 500 + 7), 'restrict', null, now() - interval '1 year', null,
  'staff-connected', pg_temp.id('account', 10)
from generate_series(1, {people} / 500) n;
insert into access_grant (id, subject, kind, grantee, valid_from, valid_until, reason, made_by)
select pg_temp.id('party', n), pg_temp.id('record', n * 900 + 11), 'exclude', pg_temp.id('account', 10 + n % 1700),
  now() - interval '1 year', null, 'party', pg_temp.id('account', 10)
from generate_series(1, {people} / 1000) n;

-- one case in forty is open, of the last sixty days: some 700 incidents a day at a million cases, which is more than
-- the largest force is told of; a victim has had one or two perpetrators
create temporary table pair as
select n, victim, suspect, a, b, stays,
  now() - case when stays then random() * interval '60 days'
    else interval '60 days' + random() * interval '10 years' end as at
from (select n, 1 + n % {half} as victim, {half} + 1 + (n * 7 + n / {half}) % {half} as suspect, random() as a,
  random() as b, n % 40 = 1 as stays from generate_series(1, {cases}) n) as pairs;
insert into cases_case (id, victim_id, suspect_id, opened_at, opened_by, closed_at, closed_by, closed_as, subjects)
select pg_temp.id('case', n), pg_temp.id('record', victim), pg_temp.id('record', suspect), at, pg_temp.officer(n),
  case when not stays then at + interval '60 days' end, case when not stays then pg_temp.sergeant(n) end,
  case when stays then '' else 'danger-past' end,
  array[pg_temp.id('record', victim), pg_temp.id('record', suspect)] from pair;
insert into people_safecontact (id, record_id, answers_id, phone_id, address_id, given_at, taken_by, voided_at,
  voided_because)
select pg_temp.id('safe', n), pg_temp.id('record', n), pg_temp.id('safe-answers', n), null, null,
  now() - interval '40 days', pg_temp.officer(n), null, ''
from generate_series(1, {half}) n where n % 3 = 1;
insert into instruments_answers (id, instrument, version, subject, answers, complete, answered_by, at, supersedes_id)
select pg_temp.id('safe-answers', n), 'safe-contact', '1', pg_temp.id('record', n),
  '{{"means": ["text-message"], "voicemail": "no"}}', true, pg_temp.officer(n), now() - interval '40 days', null
from generate_series(1, {half}) n where n % 3 = 1;

create temporary table told as
select row_number() over () as i, pair.n, victim, suspect, stays, random() as a, random() as b, random() as c,
  case when k = 1 then at else greatest(at, least(now(), at + interval '60 days') - random() * interval '60 days') end
    as at
from pair, generate_series(1, case when n = 1 then 12 when a < 0.6 then 1 when a < 0.9 then 2 when a < 0.97 then 4
  else 8 end) k;
insert into cases_incident (id, number, reported_at, place, postcode, recorded_as, domestic, has_contact, closed_at,
  closed_by, closed_as, joined_into_id, subjects)
select pg_temp.id('incident', i), 'b' || i, at, i % 200 || ' Alma Road', 'ZT' || i % 90 || ' 0AA', 'domestic-abuse',
  true, false, case when at < now() - interval '3 days' then at + interval '3 days' end,
  case when at < now() - interval '3 days' then pg_temp.sergeant(i) end,
  case when at < now() - interval '3 days' then 'attended' else '' end, null,
  array[pg_temp.id('record', victim), pg_temp.id('record', suspect)] from told;
insert into cases_involvement (id, incident_id, record_id, part, confirmed, made_at, made_by, ended_at, ended_by)
select pg_temp.id('part' || part, i), pg_temp.id('incident', i),
  pg_temp.id('record', case part when 'victim' then victim when 'suspect' then suspect
    else 1 + (victim * 3) % {half} end), part, b < 0.95, at, pg_temp.officer(i), null, null
from told, unnest(array['victim', 'suspect', 'child']) part where part <> 'child' or c < 0.35;
insert into cases_caseincident (id, case_id, incident_id, made_at, made_by)
select i, pg_temp.id('case', n), pg_temp.id('incident', i), at, pg_temp.officer(i) from told;

create temporary table seen as
select *, case when c < 0.08 then 'high' when c < 0.3 then 'medium' else 'standard' end as grade,
  at + interval '3 hours' as done from told where a < 0.7 or n = 1;
insert into cases_standingfact (id, kind, case_id, record_id, protects_id, value, conditions, words, issuer,
  valid_from, valid_until, supersedes_id, set_at, set_by, ended_at, ended_by, ended_because, source, source_ref,
  subjects)
select distinct on (n) pg_temp.id('grade', n), 'grade', pg_temp.id('case', n), pg_temp.id('record', victim), null,
  grade, '{{}}'::text[], '', '', done, null::timestamptz, null::uuid, done, pg_temp.officer(i), null::timestamptz,
  null::uuid, '', 'throughline', '', array[pg_temp.id('record', victim), pg_temp.id('record', suspect)]
from seen order by n, at desc;
insert into cases_standingfact (id, kind, case_id, record_id, protects_id, value, conditions, words, issuer,
  valid_from, valid_until, supersedes_id, set_at, set_by, ended_at, ended_by, ended_because, source, source_ref,
  subjects)
select pg_temp.id(what, n), what, case what when 'owner' then pg_temp.id('case', n) end,
  pg_temp.id('record', case what when 'owner' then victim else suspect end),
  case what when 'owner' then null else pg_temp.id('record', victim) end,
  case what when 'owner' then pg_temp.officer(n)::text else '' end, '{{}}', '', '', at,
  case what when 'owner' then null else at + interval '1 year' end, null, at, pg_temp.officer(n),
  case when not stays then at + interval '60 days' end, null, '', 'throughline', '',
  array[pg_temp.id('record', victim), pg_temp.id('record', suspect)]
from pair, unnest(array['owner', 'non-molestation', 'police-bail']) what
where what = 'owner' or n = 1 or b < 0.1 and what = 'non-molestation' or b > 0.8 and what = 'police-bail';

insert into risk_sheet (id) select pg_temp.id('assessment', i) from seen;
insert into risk_assessment (id, case_id, incident_id, instrument, "group", how, assessed_at, entered_at, by, team,
  completed_at, flags, follows_id, danger, heard_by)
select pg_temp.id('assessment', i), pg_temp.id('case', n), pg_temp.id('incident', i), 'dash-27', 'partner',
  'in-person', done, done, pg_temp.officer(i), pg_temp.id('team', 1), done, '{{}}', null, true, '{heard_by}' from seen;
insert into instruments_answers (id, instrument, version, subject, answers, complete, answered_by, at, supersedes_id)
select pg_temp.id(what, i), what, '1', pg_temp.id('assessment', i),
  case what when 'risk-always' then '{{"coercive-control": "yes", "coercive-control-words": "He keeps her bank card"}}'
  else (case when c < 0.3 then '{{"own-view": "not-safe", "own-view-words": "I think he will kill me one day",
    "threats-to-kill": "yes", "threats-to-kill-words": "he said he will kill me", "strangulation": "yes",'
    else '{{"own-view": "partly", "own-view-words": "Safe while he is at work", "threats-to-kill": "no",
    "strangulation": "no",' end ||
    '"expects": "He comes back when he is drunk", "injury": "no", "fear": "yes", "fear-words": "Of what he does next",
    "feared-harm": "To be hit again", "isolation": "yes", "isolation-words": "She sees nobody", "despair": "no",
    "separation": "yes", "child-contact": "no", "stalking": "no", "pregnancy": "no", "other-children": "no",
    "children-harmed": "no", "children-threatened": "no", "more-often": "yes", "more-often-words": "Weekly now",
    "getting-worse": "no", "jealousy": "yes", "weapons": "no", "sexual-abuse": "not-known", "others-threaten": "no",
    "honour": "no", "others-harmed": "no", "animals": "no", "money": "yes", "substances-or-mind": "yes",
    "their-suicide": "no", "breach": "no", "criminal-history": "not-known"}}') end::jsonb,
  true, pg_temp.officer(i), done, null
from seen, unnest(array['dash-27', 'risk-always']) what;

insert into decisions_decision (id, kind, record_id, about, choice, reason, words, made_by, made_at, supersedes_id)
select pg_temp.id('decided-grade', i), 'case-grade', pg_temp.id('record', victim), pg_temp.id('case', n), grade,
  'grade-first-assessment', 'She is afraid of what he does next, and he has hurt her before', pg_temp.officer(i), done,
  null from seen;
insert into risk_grading (id, case_id, assessment_id, stage, grade, before, decision_id, by, team, at, entered_at,
  queue, queue_length, turn, flags)
select pg_temp.id('grading', i), pg_temp.id('case', n), pg_temp.id('assessment', i), 'officer', grade, '',
  pg_temp.id('decided-grade', i), pg_temp.officer(i), pg_temp.id('team', 1), done, done, 'risk-assessment', 3, 'late',
  '{{}}' from seen;
insert into decisions_decision (id, kind, record_id, about, choice, reason, words, made_by, made_at, supersedes_id)
select pg_temp.id('decided-' || what, i), what, pg_temp.id('record', victim), pg_temp.id('grading', i), 'agreed',
  'check-fits', '', pg_temp.sergeant(i), done + interval '8 hours', null
from seen, unnest(array['risk-check', 'hub-review', 'hub-depth', 'result-told']) what
where done < now() - interval '1 day' and (what in ('risk-check', 'result-told') or b < 0.5);
insert into risk_check (id, case_id, assessment_id, grading_id, regraded_id, verdict, high, decision_id, maker, by,
  team, at, due_at, queue, queue_length, turn, returned_to, read_at, voided_at, voided_because)
select pg_temp.id('check', i), pg_temp.id('case', n), pg_temp.id('assessment', i), pg_temp.id('grading', i), null,
  'agreed', false, pg_temp.id('decided-risk-check', i), pg_temp.officer(i), pg_temp.sergeant(i),
  pg_temp.id('team', 1), done + interval '8 hours', done + interval '24 hours', 'risk-check', 20, 'late', null, null,
  null, '' from seen where done < now() - interval '1 day';
insert into risk_hubreview (id, case_id, queued_at, due_at, queue_length, turn, taken_at, taken_by, let_go_at, deep,
  depth_id, outcome, decision_id, grading_id, regraded_id, done_at)
select pg_temp.id('review', i), pg_temp.id('case', n), done, done + interval '24 hours', 200, 'early',
  done + interval '20 hours', pg_temp.id('account', 1781), null, false, pg_temp.id('decided-hub-depth', i), 'agreed',
  pg_temp.id('decided-hub-review', i), pg_temp.id('grading', i), null, done + interval '21 hours'
from seen where done < now() - interval '1 day' and b < 0.5;

insert into scene_attendance (id, incident_id, deployment_id, officer, began_at, entered_at, left_at, left_entered_at,
  missing)
select pg_temp.id('attendance', i), pg_temp.id('incident', i), null, pg_temp.officer(i), at + interval '20 minutes',
  at, at + interval '2 hours', at + interval '2 hours', '{{}}' from seen;
insert into scene_evidenceitem (id, incident_id, attendance_id, item, state, reason, exhibit, listened, at,
  entered_at, by, supersedes_id)
select pg_temp.id(item, i), pg_temp.id('incident', i), pg_temp.id('attendance', i), item,
  pg_temp.one_of(array['done', 'not-done', 'not-applicable'], random()), '', '', null, done, done, pg_temp.officer(i),
  null
from seen, unnest(array['victim-statement', 'photographs', 'body-worn-video', 'call-recording']) item
where b < 0.4 or n = 1;
insert into decisions_decision (id, kind, record_id, about, choice, reason, words, made_by, made_at, supersedes_id)
select pg_temp.id('decided-action', i), 'positive-action', pg_temp.id('record', suspect), pg_temp.id('incident', i),
  case when b < 0.5 then 'arrest' else 'none' end, '', 'He had left before we came', pg_temp.officer(i), done, null
from seen;
insert into scene_positiveaction (id, incident_id, attendance_id, record_id, action, power, reasons, offence, at,
  entered_at, by, decision_id, supersedes_id)
select pg_temp.id('action', i), pg_temp.id('incident', i), pg_temp.id('attendance', i), pg_temp.id('record', suspect),
  case when b < 0.5 then 'arrest' else 'none' end, true, case when b < 0.5 then '{{}}' else array['gone'] end,
  'violence-with-injury', at + interval '1 hour', done, pg_temp.officer(i), pg_temp.id('decided-action', i), null
from seen;
insert into scene_childseen (id, attendance_id, record_id, presence, seen, spoken_to, at, entered_at, by,
  supersedes_id)
select pg_temp.id('child-seen', i), pg_temp.id('attendance', i), pg_temp.id('record', 1 + (victim * 3) % {half}),
  'there', b < 0.6, false, done, done, pg_temp.officer(i), null from seen where c < 0.35;
insert into scene_childdecision (id, incident_id, choice, reason, finder, find_out_by, at, entered_at, by, subjects)
select pg_temp.id('child-decision', i), pg_temp.id('incident', i),
  case when c > 0.35 then 'no-child' when b < 0.7 then 'refer' else 'nothing-needed' end, '', null, null, done, done,
  pg_temp.officer(i),
  case when c > 0.35 then '{{}}'::uuid[] else array[pg_temp.id('record', 1 + (victim * 3) % {half})] end
from seen where a < 0.6;

-- what was owed: four duties of each incident, done; then what waits
insert into duties_duty (id, kind, record_id, about, role, owner, causes, opened_at, due_at, discharged_at,
  discharged_by, outcome)
select pg_temp.id('done-' || kind, i), kind, pg_temp.id('record', victim),
  case when kind in ('crime-recording', 'child-decision') then pg_temp.id('incident', i) else pg_temp.id('case', n)
    end, role, null, array['domestic-incident'], at, at + interval '24 hours',
  at + (0.2 + b) * interval '23 hours', pg_temp.officer(i), 'done'
from told, (values ('crime-recording', 'crime-registrar'),
  ('risk-assessment', 'response-officer'), ('risk-check', 'response-sergeant'), ('hub-review', 'hub-reviewer'))
  as what (kind, role) where at < now() - interval '2 days';
create temporary table recent as
select distinct on (n) * from seen where stays and at > now() - interval '30 days' order by n, at desc;
create temporary table waits as select *, row_number() over (order by at desc) as w from recent;

-- what is told of each matter stands on the line of both; of case 1 there are 200 lines
insert into chronology_entry (record_id, kind, at, by, about, code)
select pg_temp.id('record', case who when 1 then victim else suspect end), kind, done, pg_temp.officer(i),
  case when kind in ('case-graded', 'risk-assessed', 'risk-checked') then pg_temp.id('case', n)
    else pg_temp.id('incident', i) end,
  case kind when 'case-graded' then grade when 'risk-assessed' then 'in-person' else '' end
from seen, unnest(array['incident-judged', 'attended', 'risk-assessed', 'case-graded']) kind,
  generate_series(1, 2) who where n <> 1;
insert into chronology_entry (record_id, kind, at, by, about, code)
select pg_temp.id('record', victim), pg_temp.one_of(array['visited', 'case-graded', 'case-owned'], random()),
  now() - k * interval '11 hours', pg_temp.officer(k), pg_temp.id('case', n), ''
from pair, generate_series(1, 200) k where n = 1;
update chronology_entry set code = 'high' where kind = 'case-graded' and code = '';

-- some hundred arrests a day; what the rest of the last days brought was dealt with before
update scene_positiveaction set at = at - interval '4 days'
where at > now() - interval '2 days' and ('x' || left(id::text, 2))::bit(8)::int >= 10;

-- who looked at what: an account reads some twenty thousand times in its years
insert into audit_event (at, xact, actor, role, kind, action, purpose, subjects, detail)
select now() - random() * interval '2 years', 1, pg_temp.id('account', 10 + n % 1790), 'response-officer', 'look',
  pg_temp.one_of(array['case.view', 'person.view', 'people.search', 'duties.view', 'team.supervise'], random()),
  'duty', array[pg_temp.id('record', 1 + n % {people})], '{{}}' from generate_series(1, {cases}) n;
insert into audit_event (at, xact, actor, role, kind, action, purpose, subjects, detail)
select now() - random() * interval '2 years', 1, account, 'response-sergeant', 'look',
  pg_temp.one_of(array['case.view', 'person.view', 'people.search', 'duties.view', 'team.supervise'], random()),
  'duty', array[pg_temp.id('record', 1 + n % {people})],
  '{{}}' from generate_series(1, 20000) n, unnest(array[pg_temp.id('account', 1600), pg_temp.id('account', 10)]) account;
"""
_WAITING = """
insert into duties_duty (id, kind, record_id, about, role, owner, causes, opened_at, due_at, discharged_at,
  discharged_by, outcome)
select pg_temp.id('open-{kind}', w), '{kind}',
  pg_temp.id('record', case '{kind}' when 'no-arrest-review' then suspect else victim end),
  case when '{kind}' in ('no-arrest-review', 'child-decision', 'crime-recording') then pg_temp.id('incident', i)
    else pg_temp.id('case', n) end,
  '{role}', case when '{kind}' in ('risk-returned', 'child-find-out') then pg_temp.officer(700 + w) end,
  array['assessed'], at, at + interval '24 hours', null, null, '' from waits
where '{kind}' <> 'no-arrest-review' or b >= 0.5 order by w limit {many};
"""


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--cases", type=int, default=1_000_000)
    arguments.add_argument("--requests", type=int, default=100)
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()

    with scratch() as (folder, cluster, logins):
        make_signing_key(folder)
        whole = cluster.url(SUPERUSER, "bench")
        began = perf_counter()
        rows = _load(whole, asked.cases)
        loaded = perf_counter() - began
        print("loaded", rows, round(loaded), flush=True)
        os.environ |= demo_environment(logins, WEB, folder)
        result = _measure(asked.requests, whole)
    result |= {
        "rows": rows,
        "seconds_to_load": round(loaded, 1),
    }
    tell(result, asked.out)


def _load(whole: str, cases: int) -> dict[str, int]:
    """Fill the tables that the pages read; says how many rows each has."""
    with psycopg.connect(whole, autocommit=True) as loader:
        for setting, value in {"max_wal_size": "24GB", "maintenance_work_mem": "1GB"}.items():
            loader.execute(
                sql.SQL("alter system set {} = {}").format(sql.Identifier(setting), sql.Literal(value))
            )
        loader.execute("select pg_reload_conf()")
    with psycopg.connect(whole, autocommit=True) as loader:
        loader.execute("set session_replication_role = replica; set synchronous_commit = off")
        loader.execute("set work_mem = '256MB'")
        half = cases * 3 // 4
        with _indexes_aside(loader):
            # numbers of ours, and the mark that an assessment bears since it was completed: each says yes to control
            steps = _ROWS.format(
                cases=cases, half=half, people=2 * half, heard_by=hearing(london_day(datetime.now(UTC)))
            )
            for kind, (role, many) in WAITING.items():
                steps += _WAITING.format(kind=kind, role=role, many=many)
            for step in steps.split(";\n"):
                began = perf_counter()
                loader.execute(step.encode())
                if (took := perf_counter() - began) > 5:
                    print(step.strip().splitlines()[0][:70], round(took), flush=True)
        loader.execute("analyze")
        tables = (
            "cases_case",
            "cases_incident",
            "cases_involvement",
            "people_record",
            "risk_assessment",
            "risk_grading",
            "decisions_decision",
            "instruments_answers",
            "duties_duty",
            "chronology_entry",
            "audit_event",
            "access_grant",
        )
        counted = {
            table: loader.execute(
                sql.SQL("select count(*) from {}").format(sql.Identifier(table))
            ).fetchone()[0]  # type: ignore[index]
            for table in tables
        }
        waiting = loader.execute("select count(*) from duties_duty where discharged_at is null").fetchone()
        assert waiting is not None
        return {**counted, "duties_open": waiting[0]}


@contextmanager
def _indexes_aside(loader: psycopg.Connection[Any]) -> Iterator[None]:
    """Indexes that hold no rule are dropped while rows are written, and made again: that is many times quicker."""
    found = loader.execute(
        "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index"
        " join pg_class on pg_class.oid = indrelid join pg_namespace on pg_namespace.oid = relnamespace"
        " where nspname = 'public' and not indisunique"
        " and relname ~ '^(cases|people|scene|risk|duties|decisions|instruments|chronology|audit|access)_'"
    ).fetchall()
    for name, _definition in found:
        loader.execute(f"drop index {name}".encode())
    yield
    for _name, definition in found:
        loader.execute(definition.encode())


def _measure(requests: int, whole: str) -> dict[str, Any]:
    import django

    django.setup()
    import gc
    import logging

    from django.conf import settings
    from django.utils import timezone

    from throughline.casework.risk.tasks import hear_anew

    # as the worker does with what was assessed before
    print("heard", hear_anew(now=timezone.now()), flush=True)
    # nobody is served over a network here
    settings.ALLOWED_HOSTS = ["testserver"]
    logging.disable(logging.INFO)
    gc.freeze()
    load = os.getloadavg()[0]
    with psycopg.connect(whole, autocommit=True) as superuser:
        pages = _pages(superuser)
        told = {}
        for name, page in pages.items():
            told[name] = _times(*page, requests)
            print(name, told[name], flush=True)
        for index in OURS:
            superuser.execute(sql.SQL("drop index if exists {}").format(sql.Identifier(index)))
        superuser.execute("analyze duties_duty, decisions_decision, scene_positiveaction")
        for name, page in pages.items():
            told[name] |= _beside(_without_our_indexes(page), told[name]["p50"])
            print(name, told[name], flush=True)
    return {
        "what": "milliseconds for a whole page through Django's test client under the web login, with row security,"
        " session, rules and the log of looks, one request after another on a shared machine; beside it the"
        " same page once the indexes made for these pages are dropped",
        "requests": requests,
        "load_at_start": load,
        "pages": told,
        "targets": {"worklist p95": 80, "case page with 200 entries": 120},
    }


def _without_our_indexes(page: tuple[Any, str, str, int]) -> float | None:
    """The milliseconds of one request, or None where a single statement of it took longer than `PATIENCE`."""
    from django.db import OperationalError, connection

    with connection.cursor() as cursor:
        cursor.execute("select set_config('statement_timeout', %s, false)", [f"{PATIENCE}s"])
    try:
        return float(_times(*page, 1, uncounted=1)["p50"])
    except (OperationalError, SystemExit):
        return None


def _beside(bare: float | None, ours: float) -> dict[str, Any]:
    """What stands beside a page's figure; where the page never came, the ratio is the least that it can be."""
    if bare is None:
        return {"without_our_indexes_p50": None, "ratio_at_least": round(1000 * PATIENCE / ours)}
    return {"without_our_indexes_p50": bare, "ratio": round(bare / ours, 1)}


def _pages(superuser: psycopg.Connection[Any]) -> dict[str, tuple[Any, str, str, int]]:
    """Each page by name: who asks, where, and what must stand on it so many times, or nothing is told."""
    row = superuser.execute("select md5('case1')::uuid").fetchone()
    assert row is not None
    case = row[0]
    sergeant, officer = _signed_in("account1600"), _signed_in("account10")
    return {
        "a sergeant's worklist": (sergeant, "/turn/", "/risk/", 10),
        "the checks that wait": (sergeant, "/risk/checks/", "/risk/", 25),
        "the first page of a sergeant": (sergeant, "/", "govuk-task-list__item", 50),
        "the first page of an officer": (officer, "/", "govuk-task-list__item", 50),
        "the hub's queue, 300 waiting": (_signed_in("account1790"), "/risk/hub/", "/risk/", 25),
        "a case with 200 entries": (sergeant, f"/case/{case}/", "moj-timeline__item", 200),
        "the danger in the same case": (sergeant, f"/risk/{case}/", "<h2", 3),
    }


def _signed_in(username: str) -> Any:
    from django.test import Client

    from throughline.foundations.accounts.models import User
    from throughline.foundations.accounts.rules import Session

    client = Client()
    client.force_login(User.objects.get(username=username))
    session = client.session
    now = datetime.now(UTC).isoformat()
    session.update({Session.SIGNED_IN_AT: now, Session.SEEN_AT: now, Session.SECOND_FACTOR: True})
    session.save()
    return client


def _times(
    client: Any, address: str, having: str, many: int, requests: int, *, uncounted: int = 3
) -> dict[str, Any]:
    """The median and the 95th of a hundred milliseconds, and the statements, after some requests that do not count."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(uncounted):
        answer = client.get(address)
        text = answer.content.decode()
        if answer.status_code != 200 or text.count(having) < many:
            raise SystemExit(f"{address}: {answer.status_code}, {text.count(having)} of {having}")
    times, worked = [], []
    for _ in range(requests):
        began, busy = perf_counter(), process_time()
        client.get(address)
        times.append(1000 * (perf_counter() - began))
        worked.append(1000 * (process_time() - busy))
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    if trace := os.environ.get("TRACE"):
        with Path(trace).open("a") as file:
            file.write(f"== {address}\n")
            file.writelines(f"{one['time']} {one['sql'][:6000]}\n" for one in asked.captured_queries)
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[max(0, -(-len(ordered) * 95 // 100) - 1)], 1),
        "least": round(ordered[0], 1),
        "processor_ms_of_python_p50": round(statistics.median(worked), 1),
        "statements": len(asked),
        "in_the_database_ms": round(1000 * sum(float(one["time"]) for one in asked.captured_queries), 1),
    }


if __name__ == "__main__":
    main()
