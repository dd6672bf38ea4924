import { Glyph, toneOfScore } from './state-mark.tsx';

/** A score of 0 to 100 as a number and a bar. */
export function ScoreBar({ score, label }: { score: number; label: string }) {
  const tone = toneOfScore(score);
  return (
    <span className="score-bar" title={`${label}: ${Math.round(score)} of 100`}>
      <Glyph tone={tone} />
      <span className="score-track" aria-hidden="true">
        <span
          className={`score-fill tone-${tone}`}
          style={{ transform: `scaleX(${Math.max(0, Math.min(100, score)) / 100})` }}
        />
      </span>
      <span className="score-number">{Math.round(score)}</span>
    </span>
  );
}
