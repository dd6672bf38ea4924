/**
 * Which remote-write message a destination gets. Told `auto`, 2.0 is tried first. Only an answer that counts what was
 * written (`X-Prometheus-Remote-Write-Samples-Written`) shows that 2.0 was understood: a receiver of 1.0 may take the
 * bytes for an empty request and answer 204. Any other answer means 1.0, and the same samples are sent again; 2.0 is
 * tried anew after an hour, for the receiver may have been renewed.
 */
import type { MessageVersion } from './outgoing.ts';
import type { PostResult } from './post.ts';

export type MessageSetting = 'auto' | MessageVersion;

const againAfterMs = 3_600_000;

export class MessageChoice {
  readonly #setting: MessageSetting;
  #fellBackAt: number | undefined;
  #isConfirmed = false;

  constructor(setting: MessageSetting) {
    this.#setting = setting;
  }

  version(now: number): MessageVersion {
    if (this.#setting !== 'auto') return this.#setting;
    if (this.#fellBackAt !== undefined && now - this.#fellBackAt >= againAfterMs) this.#fellBackAt = undefined;
    return this.#fellBackAt === undefined ? '2.0' : '1.0';
  }

  /** Learns from an answer. True: the samples are to be sent again at once, in the older form. */
  mustRepeat(version: MessageVersion, result: PostResult, now: number): boolean {
    if (this.#setting !== 'auto' || version === '1.0' || result.kind === 'retry') return false;
    if (result.isCounted) this.#isConfirmed = true;
    const isUnsupported = result.kind === 'refused' && result.isUnsupported;
    // Denied, not found, too large: that says nothing of the form.
    const isOfOtherKind = result.kind === 'refused' && !result.isUnsupported && !result.isBadSamples;
    if (isOfOtherKind || (this.#isConfirmed && !isUnsupported)) return false;
    this.#isConfirmed = false;
    this.#fellBackAt = now;
    return true;
  }
}
