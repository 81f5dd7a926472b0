import * as v from 'valibot';

const shortText = v.pipe(v.string(), v.nonEmpty(), v.maxLength(200));

/** What the Bridge takes to create a session. `oauthSessionId`: the `user.id` of a signed-in session. */
export interface CreateSession {
	readonly queryId?: string | undefined;
	readonly oauthSessionId?: string | undefined;
	readonly forceReconciliation?: boolean | undefined;
}

const fields = v.pipe(v.record(shortText, v.pipe(v.string(), v.maxLength(1000))), v.maxEntries(30));

/** A person's answer to a manual confirmation, one of the three: the body of `idv/submit`, here and at the Bridge. */
export const IdvSubmission = v.pipe(
	v.strictObject({
		confirm: v.exactOptional(v.literal(true)),
		candidateId: v.exactOptional(shortText),
		fields: v.exactOptional(fields)
	}),
	v.entries(1)
);
export type IdvSubmission = v.InferOutput<typeof IdvSubmission>;
