/* SPDX-License-Identifier: Apache-2.0 */
#include "report/eventlog_fields.h"

#include <assert.h>

#include "base/cleanup.h"

#define EVENT_FIELD(key, type, member) { key, type, offsetof(struct event, u.member) }
#define RESULT_FIELD(key, type, member) { key, type, offsetof(struct result, member) }

static const struct log_field run_started[] = {
	EVENT_FIELD("run", LOG_STR, run_started.run),
	EVENT_FIELD("version", LOG_STR, run_started.version),
	EVENT_FIELD("dir", LOG_STR, run_started.dir),
	EVENT_FIELD("cwd", LOG_STR, run_started.cwd),
	EVENT_FIELD("command", LOG_STR, run_started.command),
	EVENT_FIELD("wall_start_ns", LOG_I64, run_started.wall_ns),
	EVENT_FIELD("tests", LOG_UINT, run_started.n_tests),
	EVENT_FIELD("jobs", LOG_UINT, run_started.jobs),
	EVENT_FIELD("jobs_most", LOG_UINT, run_started.jobs_most),
	EVENT_FIELD("cpus", LOG_UINT, run_started.cpus),
	EVENT_FIELD("budget_bytes", LOG_U64, run_started.budget_bytes),
	EVENT_FIELD("budget_from", LOG_STR, run_started.budget_from),
	EVENT_FIELD("profile", LOG_STR, run_started.profile),
	EVENT_FIELD("order", LOG_STR, run_started.order),
	EVENT_FIELD("repeat", LOG_STR, run_started.repeat),
	EVENT_FIELD("expected_ns", LOG_I64, run_started.expected_ns),
};

static const struct log_field planned[] = {
	EVENT_FIELD("mem_bytes", LOG_U64, planned.demand.mem_bytes),
	EVENT_FIELD("mem_origin", LOG_ORIGIN, planned.demand.mem_origin),
	EVENT_FIELD("cpus_milli", LOG_U32, planned.demand.cpus_milli),
	EVENT_FIELD("exclusive", LOG_BOOL, planned.demand.exclusive),
	EVENT_FIELD("locks", LOG_STRV, planned.demand.locks),
	EVENT_FIELD("shared_locks", LOG_STRV, planned.demand.shared_locks),
	EVENT_FIELD("tokens", LOG_STRV, planned.demand.tokens),
	EVENT_FIELD("expected_ns", LOG_I64, planned.expected_ns),
	EVENT_FIELD("command", LOG_STR, planned.command),
	EVENT_FIELD("options", LOG_STR, planned.options),
	EVENT_FIELD("cwd", LOG_STR, planned.cwd),
	EVENT_FIELD("origin", LOG_STR, planned.origin),
	EVENT_FIELD("quarantine", LOG_STR, planned.quarantine),
	EVENT_FIELD("tags", LOG_STRV, planned.tags),
};

static const struct log_field started[] = {
	EVENT_FIELD("mem_bytes", LOG_U64, started.mem_bytes),
	EVENT_FIELD("slot", LOG_UINT, started.slot),
	EVENT_FIELD("output", LOG_STR, started.output),
	EVENT_FIELD("waited_ns", LOG_I64, started.waited_ns),
	EVENT_FIELD("reason", LOG_STR, started.reason),
};

static const struct log_field sampled[] = {
	EVENT_FIELD("mem_bytes", LOG_U64, sampled.mem_bytes),
};

static const struct log_field load[] = {
	EVENT_FIELD("busy_milli", LOG_U32, load.busy_milli),
};

static const struct log_field width[] = {
	EVENT_FIELD("jobs", LOG_UINT, width.jobs),
	EVENT_FIELD("cause", LOG_STR, width.cause),
};

static const struct log_field paused[] = {
	EVENT_FIELD("paused_ns", LOG_I64, paused.paused_ns),
};

static const struct log_field grown[] = {
	EVENT_FIELD("mem_bytes", LOG_U64, grown.mem_bytes),
};

static const struct log_field finished[] = {
	EVENT_FIELD("output", LOG_STR, finished.output),
	EVENT_FIELD("output_cut_bytes", LOG_U64, finished.output_cut_bytes),
	EVENT_FIELD("again", LOG_BOOL, finished.again),
	EVENT_FIELD("detail", LOG_STR, finished.detail),
};

static const struct log_field test_finished[] = {
	EVENT_FIELD("outcome", LOG_OUTCOME, test_finished.outcome),
	EVENT_FIELD("attempts", LOG_UINT, test_finished.attempts),
	EVENT_FIELD("detail", LOG_STR, test_finished.detail),
	EVENT_FIELD("output", LOG_STR, test_finished.output),
	EVENT_FIELD("blocked", LOG_BOOL, test_finished.blocked),
	EVENT_FIELD("wall_ns", LOG_I64, test_finished.wall_ns),
	EVENT_FIELD("mem_peak_bytes", LOG_U64, test_finished.mem_peak_bytes),
};

static const struct log_field warning[] = {
	EVENT_FIELD("text", LOG_STR, warning.text),
};

static const struct log_field interrupted[] = {
	EVENT_FIELD("signal", LOG_INT, interrupted.signal),
};

static const struct log_field run_finished[] = {
	EVENT_FIELD("wall_ns", LOG_I64, run_finished.wall_ns),
	EVENT_FIELD("counts", LOG_COUNTS, run_finished.counts),
	EVENT_FIELD("sum_ns", LOG_I64, run_finished.sum_ns),
	EVENT_FIELD("bound_longest_ns", LOG_I64, run_finished.bound_longest_ns),
	EVENT_FIELD("bound_cpu_ns", LOG_I64, run_finished.bound_cpu_ns),
	EVENT_FIELD("bound_memory_ns", LOG_I64, run_finished.bound_memory_ns),
	EVENT_FIELD("bound_jobs_ns", LOG_I64, run_finished.bound_jobs_ns),
	EVENT_FIELD("bound_lock_ns", LOG_I64, run_finished.bound_lock_ns),
	EVENT_FIELD("bound_lock", LOG_STR, run_finished.bound_lock),
	EVENT_FIELD("bound_token_ns", LOG_I64, run_finished.bound_token_ns),
	EVENT_FIELD("bound_token", LOG_STR, run_finished.bound_token),
	EVENT_FIELD("bound_chain_ns", LOG_I64, run_finished.bound_chain_ns),
	EVENT_FIELD("own_attempts", LOG_UINT, run_finished.own_attempts),
	EVENT_FIELD("own_ns", LOG_I64, run_finished.own_ns),
	EVENT_FIELD("own_cpu_ns", LOG_I64, run_finished.own_cpu_ns),
};

static const struct log_field result[] = {
	RESULT_FIELD("outcome", LOG_OUTCOME, outcome),
	RESULT_FIELD("started", LOG_BOOL, started),
	RESULT_FIELD("raw_status", LOG_INT, raw_status),
	RESULT_FIELD("exit_status", LOG_INT, exit_status),
	RESULT_FIELD("signal", LOG_INT, signal),
	RESULT_FIELD("timed_out", LOG_BOOL, timed_out),
	RESULT_FIELD("timed_out_total", LOG_BOOL, timed_out_total),
	RESULT_FIELD("oom", LOG_BOOL, oom),
	RESULT_FIELD("test_process_oom", LOG_BOOL, test_process_oom),
	RESULT_FIELD("gave_way", LOG_BOOL, gave_way),
	RESULT_FIELD("mem_refused", LOG_BOOL, mem_refused),
	RESULT_FIELD("private_full", LOG_BOOL, private_full),
	RESULT_FIELD("host_oom", LOG_BOOL, host_oom),
	RESULT_FIELD("sandbox_killed", LOG_BOOL, sandbox_killed),
	RESULT_FIELD("wall_ns", LOG_I64, usage.wall_ns),
	RESULT_FIELD("user_ns", LOG_I64, usage.user_ns),
	RESULT_FIELD("system_ns", LOG_I64, usage.system_ns),
	RESULT_FIELD("mem_peak_bytes", LOG_U64, usage.mem_peak_bytes),
	RESULT_FIELD("mem_working_bytes", LOG_U64, usage.mem_working_bytes),
	RESULT_FIELD("mem_limit_bytes", LOG_U64, usage.mem_limit_bytes),
	RESULT_FIELD("mem_limit_end_bytes", LOG_U64, usage.mem_limit_end_bytes),
	RESULT_FIELD("swap_bytes", LOG_U64, usage.swap_bytes),
	RESULT_FIELD("oom_kills", LOG_UINT, usage.oom_kills),
	RESULT_FIELD("pauses", LOG_UINT, usage.pauses),
	RESULT_FIELD("paused_ns", LOG_I64, usage.paused_ns),
	RESULT_FIELD("private_bytes", LOG_U64, usage.private_bytes),
	RESULT_FIELD("waited_ns", LOG_I64, usage.waited_ns),
	RESULT_FIELD("held", LOG_STRV, held),
	RESULT_FIELD("leftovers", LOG_LEFTOVERS, leftovers),
	RESULT_FIELD("written", LOG_STRV, written),
	RESULT_FIELD("n_written", LOG_SIZE, n_written),
	RESULT_FIELD("deleted", LOG_STRV, deleted),
	RESULT_FIELD("n_deleted", LOG_SIZE, n_deleted),
	RESULT_FIELD("kept", LOG_STRV, kept),
	RESULT_FIELD("n_kept", LOG_SIZE, n_kept),
	RESULT_FIELD("degraded", LOG_DEGRADED, degraded),
	RESULT_FIELD("refused", LOG_REFUSALS, refusals),
	RESULT_FIELD("n_refused", LOG_U64, n_refused),
	RESULT_FIELD("error_status", LOG_INT, error_status),
	RESULT_FIELD("error", LOG_STR, error),
};

static const struct log_field leftover[] = {
	{ "pid", LOG_PID, offsetof(struct leftover, pid) },
	{ "name", LOG_NAME, offsetof(struct leftover, name) },
	{ "command", LOG_STR, offsetof(struct leftover, command) },
	{ "age_ns", LOG_I64, offsetof(struct leftover, age_ns) },
};

static const struct log_field degraded[] = {
	{ "what", LOG_STR, offsetof(struct degraded, what) },
	{ "why", LOG_STR, offsetof(struct degraded, why) },
};

static const struct log_field refusal[] = {
	{ "call", LOG_STR, offsetof(struct refusal, call) },
	{ "error", LOG_STR, offsetof(struct refusal, error) },
	{ "program", LOG_STR, offsetof(struct refusal, program) },
	{ "permit", LOG_STR, offsetof(struct refusal, permit) },
	{ "count", LOG_U64, offsetof(struct refusal, count) },
};

#define TABLE(t) { t, ARRAY_SIZE(t) }

static const struct log_table events[] = {
	[EVENT_RUN_STARTED] = TABLE(run_started),
	[EVENT_TEST_PLANNED] = TABLE(planned),
	[EVENT_ATTEMPT_STARTED] = TABLE(started),
	[EVENT_ATTEMPT_SAMPLED] = TABLE(sampled),
	[EVENT_ATTEMPT_PAUSED] = TABLE(paused),
	[EVENT_ATTEMPT_GROWN] = TABLE(grown),
	[EVENT_ATTEMPT_FINISHED] = TABLE(finished),
	[EVENT_TEST_FINISHED] = TABLE(test_finished),
	[EVENT_LOAD_SAMPLED] = TABLE(load),
	[EVENT_WIDTH_CHANGED] = TABLE(width),
	[EVENT_WARNING] = TABLE(warning),
	[EVENT_INTERRUPTED] = TABLE(interrupted),
	[EVENT_RUN_FINISHED] = TABLE(run_finished),
};
static_assert(ARRAY_SIZE(events) == EVENT_COUNT, "every event has its fields");

struct log_table log_event_fields(enum event_kind kind)
{
	assert((size_t)kind < EVENT_COUNT);
	return events[kind];
}

struct log_table log_result_fields(void)
{
	return (struct log_table)TABLE(result);
}

struct log_table log_leftover_fields(void)
{
	return (struct log_table)TABLE(leftover);
}

struct log_table log_degraded_fields(void)
{
	return (struct log_table)TABLE(degraded);
}

struct log_table log_refusal_fields(void)
{
	return (struct log_table)TABLE(refusal);
}
