/** The checks of the doctor, in a process with the portal's permissions. `doctor.ts` starts it. */
import { config } from '../../lib/server/config';
import type { Preparation } from '../../doctor/command';
import { examine } from '../../doctor/examine';
import { exitCode, reportText } from '../../doctor/findings';

type Input = Pick<Preparation, 'options' | 'examination' | 'findings'>;

const input = (await new Response(Deno.stdin.readable).json()) as Input;
const findings = [...input.findings, ...(await examine(config(), input.examination))];
console.log(reportText(findings, input.options));
Deno.exit(exitCode(findings));
