/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request that makes netem the queue of lo, tc-netem(8), written by hand:
 * libnl knows neither netem's rate nor a delay in nanoseconds, and what is so
 * short costs less here than a library loaded for it.
 */
#include "sandbox/plan.h"

#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"

enum {
	LO_INDEX = 1,
	/* Packets under way; what sockets may hold bounds them long before. */
	QUEUE_PACKETS = 100000,
	LOSS_WHOLE = 100 * 1000, /* of thousandths of a percent */
};

static void add_attr(struct buf *b, unsigned short type, const void *data, size_t size)
{
	static const char padding[NLA_ALIGNTO];
	const struct nlattr head = {
		.nla_len = (unsigned short)(NLA_HDRLEN + size),
		.nla_type = type,
	};

	buf_add(b, &head, sizeof(head));
	buf_add(b, data, size);
	buf_add(b, padding, NLA_ALIGN(size) - size);
}

static void add_options(struct buf *b, const struct spec *spec)
{
	const struct tc_netem_qopt options = {
		.limit = QUEUE_PACKETS,
		.loss = (uint32_t)((uint64_t)spec->net_loss_milli * UINT32_MAX / LOSS_WHOLE),
	};
	const int64_t latency_ns = spec->net_delay_ns;
	const uint64_t rate = spec->net_rate_bytes;
	const struct tc_netem_rate rate32 = {
		.rate = rate < UINT32_MAX ? (uint32_t)rate : UINT32_MAX,
	};

	buf_add(b, &options, sizeof(options));
	/* Linux 4.15; the plain member counts in ticks of 64 ns. */
	add_attr(b, TCA_NETEM_LATENCY64, &latency_ns, sizeof(latency_ns));
	if (!rate)
		return;
	if (rate32.rate == UINT32_MAX)
		add_attr(b, TCA_NETEM_RATE64, &rate, sizeof(rate));
	add_attr(b, TCA_NETEM_RATE, &rate32, sizeof(rate32));
}

static void build(struct buf *b, const struct spec *spec)
{
	_cleanup_buf_ struct buf options = BUF_INIT;
	_cleanup_buf_ struct buf attrs = BUF_INIT;
	const struct tcmsg tc = { .tcm_ifindex = LO_INDEX, .tcm_parent = TC_H_ROOT };

	add_options(&options, spec);
	add_attr(&attrs, TCA_KIND, "netem", sizeof("netem"));
	add_attr(&attrs, TCA_OPTIONS, buf_str(&options), options.len);
	const struct nlmsghdr head = {
		.nlmsg_len = (uint32_t)(NLMSG_LENGTH(sizeof(tc)) + attrs.len),
		.nlmsg_type = RTM_NEWQDISC,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
		.nlmsg_seq = 1,
	};
	buf_add(b, &head, sizeof(head));
	buf_add(b, &tc, sizeof(tc));
	buf_add(b, buf_str(&attrs), attrs.len);
	if (options.error || attrs.error)
		b->error = -ENOMEM;
}

/* "BEGINNING delay TIME loss PERCENT rate SIZE", what is asked for of it. */
static const char *describe(struct sbx_plan *p, const char *beginning, const struct spec *spec)
{
	_cleanup_buf_ struct buf b = BUF_INIT;
	char text[NUM_TEXT];

	buf_adds(&b, beginning);
	if (spec->net_delay_ns)
		buf_addf(&b, " delay %s", num_format_time(text, spec->net_delay_ns));
	if (spec->net_loss_milli)
		buf_addf(&b, " loss %g%%", spec->net_loss_milli / 1000.0);
	if (spec->net_rate_bytes)
		buf_addf(&b, " rate %s", num_format_size(text, spec->net_rate_bytes));
	return plan_str(p, buf_str(&b));
}

void plan_shape(struct sbx_plan *p, const struct spec *spec)
{
	_cleanup_buf_ struct buf b = BUF_INIT;

	if (!spec->net_delay_ns && !spec->net_loss_milli && !spec->net_rate_bytes)
		return;
	build(&b, spec);
	void *bytes = arena_alloc(p->arena, b.len);
	if (b.error || !bytes) {
		p->failed = true;
		return;
	}
	memcpy(bytes, buf_str(&b), b.len);
	struct sbx_step *s = plan_init_step(p, SBX_NETLINK);
	s->data = bytes;
	s->size = b.len;
	s->text = describe(p, "make netem the queue of lo,", spec);
	s->about = describe(p, "network", spec);
	s->when_refused = SBX_MAY_FAIL;
}
