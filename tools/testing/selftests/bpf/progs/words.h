/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WORDS_H
#define WORDS_H

/* What the verifiers of 7.1 and 7.3 say in different words, 7.1's first */
#define ARG0		"{{(arg ?#0|R1)}}"
#define ARG2		"{{(arg ?#2|R3)}}"
#define NOT_A(arg, reg, type) \
			"{{(arg#" arg " pointer type|R" reg " is [a-z_]+ expected)}} STRUCT " type
#define NOT_OWNED	"expects {{(refcounted|referenced)}} PTR_TO_BTF_ID"
#define NO_SKB		"{{(arg#0 pointer type STRUCT sk_buff must|bpf_qdisc_skb_drop " \
			"expects referenced PTR_TO_BTF_ID passed to R1)}}"
#define NOT_A_RECORD	"{{(arg 1 is an unacquired reference|Expected (a dynptr of type " \
			"ringbuf|an initialized dynptr) as R1)}}"
#define OUT_OF_ORDER	"{{(cannot release reference id=[0-9]+ before|Leaking reference id=[0-9]+)}}"
#define PARENT		"{{(ref_obj_id|parent_id)}}"

#endif
