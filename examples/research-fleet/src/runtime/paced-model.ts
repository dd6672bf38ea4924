import type { Agent } from '@jaegis/agent';

export interface PacedCall {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** How long the model takes to write them, milliseconds. */
  readonly thinkMs: number;
}

export const modelName = 'paced-1';
const dollarsPerToken = { input: 0.5e-6, output: 1.5e-6 };

export class ModelUnavailableError extends Error {
  override readonly name = 'ModelUnavailable';
}

/**
 * A stand-in for the language model that an agent of this kind waits on: nothing is computed, the answer is paced like a
 * stream of tokens, and the call is reported by the OpenTelemetry conventions for generative AI. So one replica serves a
 * known few requests a second and needs hardly any CPU, which is how such agents behave. Rejects when `fails` says so.
 */
export function callModel(
  agent: Pick<Agent, 'model'>,
  call: PacedCall,
  conditions: { thinkFactor: number; fails: boolean },
): Promise<void> {
  const { inputTokens, outputTokens } = call;
  return agent.model({ model: modelName, provider: 'paced-model', inputTokens }, async (usage) => {
    await pause(call.thinkMs * conditions.thinkFactor);
    if (conditions.fails) throw new ModelUnavailableError('The model answered 503');
    usage({
      outputTokens,
      costUsd: inputTokens * dollarsPerToken.input + outputTokens * dollarsPerToken.output,
    });
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
