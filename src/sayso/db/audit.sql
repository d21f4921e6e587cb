-- The audit log is only ever added to, and each entry carries a hash of itself and of the one before.
-- Brought by the migration that made it; a change here needs another.

create or replace function sayso.audit_text(e sayso.audit, number bigint) returns text language sql stable as $$
    select jsonb_build_array(
        number, e.workspace_id, e.id, e.kind, e.sentence, e.subject, e.app, e.detail, e.before, e.after, e.by, e.by_name, e.by_kind,
        e.address, e.agent, e.session, e.token, (extract(epoch from e.at) * 1000000)::bigint
    )::text
$$;

-- At the commit, so that a workspace's chain is held for as long as a commit takes, and nobody who holds it waits for anything else.
create or replace function sayso.audit_chained() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
    last sayso.audit_chains;
    next_hash bytea;
begin
    insert into sayso.audit_chains (workspace_id, hash, gone_hash)
    values (new.workspace_id, sha256(convert_to(new.workspace_id, 'UTF8')), sha256(convert_to(new.workspace_id, 'UTF8')))
    on conflict (workspace_id) do nothing;
    select * into last from sayso.audit_chains where workspace_id = new.workspace_id for update;
    next_hash := sha256(last.hash || convert_to(sayso.audit_text(new, last.n + 1), 'UTF8'));
    update sayso.audit set n = last.n + 1, hash = next_hash where id = new.id;
    update sayso.audit_chains set n = last.n + 1, hash = next_hash where workspace_id = new.workspace_id;
    perform pg_notify('sayso_audit', '');
    return null;
end
$$;

create or replace function sayso.audit_kept() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.hash is null and new.hash is not null and pg_trigger_depth() > 1
        and to_jsonb(new) - 'n' - 'hash' = to_jsonb(old) - 'n' - 'hash' then
        return new;
    end if;
    if tg_op = 'DELETE' and current_setting('sayso.audit_keeper', true) = pg_current_xact_id()::text then
        return old;
    end if;
    raise exception 'the audit log is only added to' using errcode = 'insufficient_privilege';
end
$$;

drop trigger if exists audit_chained on sayso.audit;
create constraint trigger audit_chained after insert on sayso.audit
    deferrable initially deferred for each row execute function sayso.audit_chained();
drop trigger if exists audit_kept on sayso.audit;
create trigger audit_kept before update or delete on sayso.audit for each row execute function sayso.audit_kept();
drop trigger if exists audit_never_emptied on sayso.audit;
create trigger audit_never_emptied before truncate on sayso.audit for each statement execute function sayso.audit_kept();
