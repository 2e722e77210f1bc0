/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/repeat.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/str.h"

#define UNTIL_FAIL "until-fail"

/* More in one run is a slip of the finger; the numbers of attempts must fit names. */
enum { REPEAT_MAX = 1000 * 1000 };

void repeat_book(struct repeat_log *log, const struct judgement *j, unsigned attempt)
{
	if (!log->bad)
		log->decisive = *j;
	log->done++;
	log->flaky += j->outcome == OUTCOME_FLAKY;
	log->passed += j->outcome == OUTCOME_PASSED;
	if (!outcome_is_good(j->outcome) && log->bad++ == 0)
		log->first_bad = attempt;
}

bool repeat_again(const struct repeat_rule *rule, const struct repeat_log *log, bool failure_ends)
{
	if (log->bad && (rule->until_fail || failure_ends))
		return false;
	return rule->times ? log->done < rule->times : rule->until_fail;
}

static void add_count(struct judgement *j, unsigned n, unsigned of, const char *what)
{
	char said[JUDGE_DETAIL_MAX];

	memcpy(said, j->detail, sizeof(said));
	(void)snprintf(j->detail, sizeof(j->detail), "%u of %u repetitions %s%s%.*s", n, of, what,
		       said[0] ? ", first: " : "", JUDGE_DETAIL_MAX - 80, said);
}

void repeat_settle(const struct repeat_log *log, struct judgement *ret)
{
	*ret = log->decisive;
	if (log->done <= 1)
		return;
	if (log->bad) {
		add_count(ret, log->bad, log->done, "failed");
	} else if (log->flaky) {
		ret->outcome = OUTCOME_FLAKY;
		ret->detail[0] = '\0';
		add_count(ret, log->flaky, log->done, "flaky");
	} else if (log->passed) {
		ret->outcome = OUTCOME_PASSED;
	}
}

bool repeat_parse(const char *text, struct repeat_rule *ret)
{
	struct repeat_rule rule = { .until_fail = str_starts(text, UNTIL_FAIL) };
	const char *rest = rule.until_fail ? text + strlen(UNTIL_FAIL) : text;

	if (rule.until_fail && *rest == '\0') {
		*ret = rule;
		return true;
	}
	if (rule.until_fail && *rest++ != ':')
		return false;
	if (num_parse_uint(rest, &rule.times) < 0 || !rule.times || rule.times > REPEAT_MAX)
		return false;
	*ret = rule;
	return true;
}

const char *repeat_text(const struct repeat_rule *rule, char text[REPEAT_TEXT])
{
	if (!rule->until_fail && rule->times <= 1)
		return NULL;
	if (!rule->until_fail)
		(void)snprintf(text, REPEAT_TEXT, "%u", rule->times);
	else if (rule->times)
		(void)snprintf(text, REPEAT_TEXT, UNTIL_FAIL ":%u", rule->times);
	else
		(void)snprintf(text, REPEAT_TEXT, UNTIL_FAIL);
	return text;
}
