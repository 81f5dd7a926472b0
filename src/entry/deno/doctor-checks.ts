/** The part of the doctor that calls the services, with the permissions of the portal; `doctor.ts` starts it. */
import { handOver } from '../../lib/server/config/handover';
import { parseConfig } from '../../lib/server/config/parse';
import type { Preparation } from '../../doctor/command';
import { examine } from '../../doctor/examine';
import { exitCode, reportText } from '../../doctor/report';
import { readGrantedEnvironment } from './environment';

type Input = Pick<Preparation, 'options' | 'examination' | 'findings'>;

const input = (await new Response(Deno.stdin.readable).json()) as Input;
const config = parseConfig(readGrantedEnvironment());
handOver(config);
const findings = [...input.findings, ...(await examine(config, input.examination))];
console.log(reportText(findings, input.options));
Deno.exit(exitCode(findings));
