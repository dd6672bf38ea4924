import { Glyph, toneOfScore } from './state-mark.tsx';

/** A score of 0 to 100 as a number and a bar. Plain where a low one is no trouble. */
export function ScoreBar({ score, label, isPlain = false }: { score: number; label: string; isPlain?: boolean }) {
  const tone = toneOfScore(score);
  return (
    <span className="score-bar" title={`${label}: ${Math.round(score)} of 100`}>
      {!isPlain && <Glyph tone={tone} />}
      <span className="score-track" aria-hidden="true">
        <span
          className={`score-fill tone-${isPlain ? 'accent' : tone}`}
          style={{ transform: `scaleX(${Math.max(0, Math.min(100, score)) / 100})` }}
        />
      </span>
      <span className="score-number">{Math.round(score)}</span>
    </span>
  );
}
