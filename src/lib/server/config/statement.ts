import * as v from 'valibot';
import { bilingual, bilingualPage, bilingualText, email, page, phone } from './brand-fields';

const SHAPE = 'must be JSON; docs/branding.md shows what is in it';

const NO_DATE = 'must be a date such as 2026-11-22';
const date = v.pipe(v.string(NO_DATE), v.isoDate(NO_DATE));

const Report = v.strictObject({ title: bilingual, url: page, date }, SHAPE);

const Finding = v.strictObject(
	{
		/** What does not work well, and for whom. */
		what: bilingualText,
		measure: v.optional(bilingualText),
		/** When it is to be solved. */
		until: v.optional(date)
	},
	SHAPE
);

const Statement = v.strictObject(
	{
		organisation: bilingual,
		/** The Dutch model's: A complies, B in part, C first measures taken, D does not, E not assessed. */
		status: v.picklist(['A', 'B', 'C', 'D', 'E'], 'must be A, B, C, D or E'),
		/** When the statement was last looked at. */
		date,
		/** The function of the person who agreed to it. */
		signedBy: v.optional(bilingual),
		reports: v.optional(v.array(Report, SHAPE), []),
		findings: v.optional(v.array(Finding, SHAPE), []),
		/** Where it is told that something does not work; else the support contact. */
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
		/** The statement's own page in the public register. */
		registerUrl: v.optional(page)
	},
	SHAPE
);

/** An institution's data of the accessibility statement. A status of A or B is a claim that a report has to carry. */
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
