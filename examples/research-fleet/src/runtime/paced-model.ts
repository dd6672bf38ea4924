import { type Context, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';

export interface ModelCall {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** How long the model takes to write them, milliseconds. */
  readonly thinkMs: number;
}

/**
 * A stand-in for the language model that an agent of this kind waits on: nothing is computed, the answer is paced like a
 * stream of tokens, and the call is reported by the OpenTelemetry conventions for generative AI. So one replica serves a
 * known few requests a second and needs hardly any CPU, which is how such agents behave.
 */
export class PacedModel {
  readonly #tracer: Tracer;
  readonly #onTokens: (direction: 'input' | 'output', count: number) => void;
  readonly #thinkFactor: () => number;

  constructor(options: {
    tracer: Tracer;
    onTokens: (direction: 'input' | 'output', count: number) => void;
    thinkFactor: () => number;
  }) {
    this.#tracer = options.tracer;
    this.#onTokens = options.onTokens;
    this.#thinkFactor = options.thinkFactor;
  }

  /** Waits as long as the model would take. Rejects when `fails` says that this call is one of the failing ones. */
  async complete(call: ModelCall, context: Context, fails: () => boolean = () => false): Promise<void> {
    const span = this.#tracer.startSpan(
      `chat ${modelName}`,
      {
        kind: SpanKind.INTERNAL,
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'jaegis.example',
          'gen_ai.request.model': modelName,
          'gen_ai.usage.input_tokens': call.inputTokens,
        },
      },
      context,
    );
    this.#onTokens('input', call.inputTokens);
    await pause(call.thinkMs * this.#thinkFactor());
    if (fails()) {
      span.setAttribute('error.type', 'ModelUnavailable');
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'the model answered 503' });
      span.end();
      throw new ModelUnavailableError('The model answered 503');
    }
    span.setAttribute('gen_ai.usage.output_tokens', call.outputTokens);
    this.#onTokens('output', call.outputTokens);
    span.end();
  }
}

export const modelName = 'paced-1';

export class ModelUnavailableError extends Error {
  override readonly name = 'ModelUnavailable';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
