import * as v from 'valibot';
import { bilingual, bilingualPage, bilingualText, email, page, phone } from './brand-fields';

const SHAPE = 'must be JSON; docs/branding.md shows what is in it';

const NO_DATE = 'must be a date such as 2026-11-22';
const date = v.pipe(v.string(NO_DATE), v.isoDate(NO_DATE));

const Report = v.strictObject({ title: bilingual, url: page, date }, SHAPE);

const Finding = v.strictObject(
	{
		/** The problem, and whom it affects. */
		what: bilingualText,
		measure: v.optional(bilingualText),
		/** The date by which it will be solved. */
		until: v.optional(date)
	},
	SHAPE
);

const Statement = v.strictObject(
	{
		organisation: bilingual,
		/** As in the Dutch model: A complies, B complies in part, C first measures taken, D does not comply, E not assessed. */
		status: v.picklist(['A', 'B', 'C', 'D', 'E'], 'must be A, B, C, D or E'),
		/** The date of the last review of the statement. */
		date,
		/** The job title of the person who approved the statement. */
		signedBy: v.optional(bilingual),
		reports: v.optional(v.array(Report, SHAPE), []),
		findings: v.optional(v.array(Finding, SHAPE), []),
		/** Where people report that something does not work. Default: the support contact. */
		contact: v.optional(
			v.strictObject(
				{
					name: v.optional(bilingual),
					email: v.optional(email),
					phone: v.optional(phone),
					url: v.optional(bilingualPage)
				},
				SHAPE
			)
		),
		/** The page of the statement in the public register. */
		registerUrl: v.optional(page)
	},
	SHAPE
);

/** The institution's data for the accessibility statement. A status of A or B must be supported by at least one report. */
export const accessibilityStatement = v.pipe(
	v.string(),
	v.parseJson(undefined, SHAPE),
	Statement,
	v.check(
		({ status, reports }) => !['A', 'B'].includes(status) || reports.length > 0,
		'needs at least one report when the status is A or B'
	)
);

export type AccessibilityStatement = v.InferOutput<typeof accessibilityStatement>;
