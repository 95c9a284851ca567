"""The words that give away what a reply is: reasons, regrets, denials, doubts and talk, in many languages.

All are folded (`label_folding.fold`). Nothing here decides alone: what a word may do at most is to make the
bot ask, or leave a line alone.
"""

import re
from collections.abc import Iterable


def word_list(text: str) -> tuple[str, ...]:
    """The phrases of a text that separates them by commas."""
    return tuple(phrase.strip() for phrase in text.split(",") if phrase.strip())


def alternatives(phrases: Iterable[str]) -> str:
    """A pattern for any of the phrases, the longest first."""
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


UNSPACED = r"\uac00-\ud7a3\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Letters of scripts without spaces between words, or with endings on every word: Thai, Lao, Burmese, Khmer,
Japanese, Chinese, Korean.
"""
END = rf"(?![^\W{UNSPACED}])"


def phrases(text: str) -> re.Pattern[str]:
    """Finds any of the phrases as whole words; where a script has no spaces, anywhere."""
    unspaced = [phrase for phrase in word_list(text) if re.search(f"[{UNSPACED}]", phrase)]
    spaced = [phrase for phrase in word_list(text) if phrase not in unspaced]
    anywhere = [f"(?:{alternatives(unspaced)})"] if unspaced else []
    return re.compile("|".join([rf"(?<!\w)(?:{alternatives(spaced)})(?!\w)", *anywhere]))


def beginnings(text: str) -> re.Pattern[str]:
    """Finds any of the phrases as whole words; those that end in `*`, and where a script has no spaces, as
    the beginning of a word.
    """
    phrases_of = word_list(text)
    whole = [phrase for phrase in phrases_of if not re.search(rf"\*$|[{UNSPACED}]$", phrase)]
    stems = [phrase.rstrip("*") for phrase in phrases_of if phrase not in whole]
    begun = f"|(?:{alternatives(stems)})" if stems else ""
    return re.compile(rf"(?:{alternatives(whole)})(?!\w){begun}")


BECAUSE = "|".join(
    (
        rf"(?:because|since|as the|cause|cos|coz|cuz|bc|b/c|due to|for the reason|weil|denn|wegen){END}",
        rf"(?:parce que|puisque|porque|ya que|debido a|pois|devido a){END}",
        rf"(?:perché|perche|poiché|siccome|omdat|aangezien){END}",
        rf"(?:därför att|eftersom|fordi|koska|ponieważ|protože|pretože|mert|deoarece|pentru că){END}",
        rf"(?:потому что|так как|тому що|çünkü|επειδή|γιατί|כי|لأن|زیرا|क्योंकि|karena|vì|왜냐하면){END}",
        r"parce qu'",
        r"da (?=(?:die|der|das|dem|den|ein|eine|sie|er|es|ich|wir|hier|dies\w*|kein\w*)\b)",
        r"car (?=(?:la|le|les|il|elle|on|ce|cette|un|une|je|nous|son|sa|ses)\b|[lcjn]')",
        r"want (?=(?:de|het|een|hij|zij|ze|dit|dat|ik|er|deze|die)\b)",
        r"因为|因為|由于|由於|なぜなら|というのは|เพราะ",
    )
)
"""A reason follows. A word that means something else in another language needs its own language behind it."""
WHY = (
    r"(?:why|reasons?|rationale|warum|grund|begründung|pourquoi|raison|razón|razon|motivo|razão|razao|reden|waarom|"
    r"причина|理由|原因|이유|السبب|neden)\s*[:：]\s*"
)
"""`why: …`: a reason follows."""
LEAD_IN = re.compile(
    r"(?:(?:my|the|mein|meine|mon|ma|mi|il|la|le|el|o|a|de|mijn)\s+)?(?:final\s+)?"
    r"(?:label|answer|verdict|decision|vote|class|category|antwort|urteil|étiquette|réponse|avis|etiqueta|respuesta|"
    r"resposta|rótulo|etichetta|risposta|antwoord|oordeel|ответ|метка|cevap|etiket|الجواب|"
    r"标签|標籤|答案|回答|ラベル|答え|라벨|답)\s*[:：=]\s*",
    re.I,
)
"""`label: …`: the label follows."""

UNDO = phrases("""
    undo, wrong button, wrong label, wrong answer, wrong case, wrong one, wrong thread, my mistake,
    my bad, my error, my fault, misclick, misclicked, mis click, mis clicked, i misread, i mis read,
    misread it, misread that, misread this, misread the case, take it back, take that back,
    take this back, take back, i retract, retract my, retract that, revert that, revert it, revert my,
    please revert, scratch that, strike that, changed my mind, change my mind, change my answer,
    change my vote, cancel my, cancel that, delete my answer, remove my answer, withdraw my,
    i withdraw, i didn't mean, i didnt mean, i did not mean, not what i meant, i meant,
    i clicked wrong, i clicked the wrong, i pressed the wrong, i hit the wrong, i pushed the wrong,
    i chose the wrong, i picked the wrong, i tapped the wrong, fat finger, fat fingered, oops, ooops,
    whoops, woops, i was wrong, i got it wrong, got that wrong, i made a mistake, made an error,
    ignore my, disregard my, on second thought, on second thoughts, i stand corrected, i take my, ups,
    hoppla, verklickt, falsch geklickt, falscher knopf, falschen knopf, falsche taste, mein fehler,
    rückgängig, zurücknehmen, nehme das zurück, nehme es zurück, ich habe mich geirrt,
    habe mich geirrt, habe mich vertan, vertan, falsch gelesen, verlesen, doch nicht, war ein versehen,
    oups, mauvais bouton, erreur de clic, mal cliqué, annuler, annulez, annule, je me suis trompé,
    je me suis trompée, mon erreur, je retire, j'ai mal lu, me equivoqué, me equivoque,
    equivocado de botón, botón equivocado, boton equivocado, deshacer, deshaz, mi error, lo retiro,
    error mío, leí mal, me he equivocado, me enganei, enganei me, botão errado, desfazer, meu erro,
    cliquei errado, li mal, opa, ho sbagliato, mi sono sbagliato, mi sono sbagliata,
    pulsante sbagliato, tasto sbagliato, annulla, errore mio, ho letto male, oeps, foutje,
    verkeerde knop, vergissing, ik vergiste me, ongedaan maken, mijn fout, verkeerd gelezen, ångra,
    fel knapp, mitt fel, fortryd, min fejl, angre, feil knapp, pomyłka, cofnij, moja pomyłka, ошибся,
    ошиблась, не та кнопка, не ту кнопку, отмените, отмени, отменить, моя ошибка, скасувати,
    yanlış tuş, yanlış buton, geri al, benim hatam, تراجع, الزر الخطأ, غلطتي, خطئي, ביטול, טעות שלי,
    실수, 잘못 눌렀, 잘못 클릭, 취소, 点错, 點錯, 按错, 按錯, 选错, 選錯, 撤销, 撤銷, 撤回, 搞错, 搞錯,
    弄错, 弄錯, 看错, 看錯, 我错了, 我錯了, 手滑, 間違え, 間違い, まちがえ, 取り消し, 取消し,
    取り消して, 押し間違, 見間違, กดผิด, ยกเลิก
""")
"""Somebody wants their answer back, wherever in a line this stands."""
REGRET = phrases("""
    oh wait, wait i, wait no, wait it, wait that, wait a minute, wait a sec, wait a second, hold on,
    hang on, never mind, nevermind, ignore that, ignore this, disregard, correction, that's wrong,
    thats wrong, that was wrong, this is wrong, this was wrong, sorry, no no, nope, actually no,
    clicked wrong, clicked the wrong, pressed the wrong, hit the wrong, pushed the wrong,
    chose the wrong, picked the wrong, tapped the wrong, didn't mean, didnt mean, did not mean,
    moment mal, stimmt nicht, das war falsch, irrtum, attends, pardon, espera, perdón, espera aí,
    desculpa, aspetta, scusate, wacht, подождите, bekle, انتظر, خطأ, 等等, 等一下, 取消, 错了, 錯了,
    待って, やっぱり, ミス, 잠깐, 틀렸
""")
"""The same if the line begins so, or is short."""
LONGEST_REGRET = 3
"""In words: in a longer line these words tell of the case."""
SLIP = phrases("""
    wait, wait a, typo, wrong, mistake, a mistake, by mistake, by accident, accidentally, error, revert,
    cancel, moment, retract, retracted, misread, mis read, misjudged, ignore, ignore it, warte, halt,
    stopp, falsch, fehler, versehen, erreur, erro, errore, fout, стоп, ошибка, sorry, nope
""")
"""The same if these are all that a clause says: `wrong, sorry`, but not `wrong address`."""
SLIP_AROUND = frozenset(
    word_list("""
    please, pls, i, i've, oh, ah, no, my, that, this, it, it's, its, the, one, sec, second, guys, all, was,
    is, a, an, me, just, everyone, again, on, so, bitte, das, war, ein, mein, ist, un, une, mon, mi, meu
""")
)

NOT = phrases("""
    not, no, never, nope, cannot, neither, nor, hardly, unlikely, far from, anything but, nothing, isnt,
    wasnt, aint, dont, doesnt, didnt, cant, couldnt, wont, wouldnt, shouldnt, arent, nicht, kein, keine,
    keinen, keiner, keinem, keines, nie, niemals, pas, aucun, aucune, jamais, non, nunca, tampoco,
    ningún, ninguna, não, nao, nem, mai, nessun, nessuna, geen, niet, nooit, inte, ikke, ej, ingen,
    inget, intet, żaden, ne, není, nu, не, нет, ні, değil, yok, لا, ليس, ليست, لیس, لم, נה, לא, אינו,
    नहीं, tidak, bukan, không, aldri
""")
"""A denial, before what is denied."""
SHORT_NOT = re.compile(
    r"n't(?!\w)|(?<!\w)n'(?=\w)|안\s*$"
    r"|(?:不是|不算|不属于|並非|并非|不|没有|沒有|没|沒|非|无|無|ไม่ใช่|ไม่)\w{0,2}$"
)
NOT_AFTER = re.compile(
    r"(?:\s*(?:is|was|it|this|that|are|ist|war|das|est|c'est|es|era|é|è|это)\b){0,3}\s*"
    r"(?:(?:not|no|nicht|pas|non|não|wrong|incorrect|false|falsch|faux|isn't|wasn't|niet|değil|fout)(?!\w)"
    r"|で(?:は|も)?(?:ない|ありません)|じゃ(?:ない|ありません)|でない|이?\s*아니|이?\s*아닙|가\s*아니)"
)
"""A denial, behind what is denied."""
NO_DENIAL = phrases("""
    no doubt, without doubt, without a doubt, no question, not only, no longer any doubt, nothing but,
    kein zweifel, keine frage, sans aucun doute, sin duda, não há dúvida, geen twijfel
""")

NO_REASON = frozenset(
    word_list("""
    no, not, nope, never, maybe, perhaps, or, not sure, unsure, no idea, i guess, wrong, not really,
    not at all, not this, not that, not here, not it, not it is, i think, i think so, i suppose,
    i believe, possibly, probably, probably not, likely, or not, or what, or so, right, correct, yes,
    isn't it, isnt it, is it, is it not, innit, don't you think, do you think, do you agree, agreed,
    agree, ok, okay, huh, eh, what, really, surely not, hm, hmm, dunno, i don't know, i dont know,
    could be, might be, looks like it, more or less, nein, nicht, vielleicht, oder, oder nicht,
    oder doch nicht, unsicher, keine ahnung, ich glaube, glaube ich, wohl, wahrscheinlich, non, pas,
    peut être, ou pas, je crois, je pense, hein, n'est ce pas, no sé, quizás, quizas, tal vez, creo,
    verdad, não, talvez, acho, acho que sim, né, certo, forse, credo, vero, giusto, nee, niet, misschien,
    toch, denk ik, geloof ik, of niet, nej, kanske, нет, может быть, наверное, не уверен, не уверена, да,
    не так ли, belki, mi, değil mi, 不是, 不, 也许, 也許, 可能, 大概, 吧, 对吗, 對嗎, 是吗, 是嗎, たぶん,
    多分, かも, かもしれない, ですよね, だよね, いいえ, 아마, 아니요, 글쎄
""")
)
"""What stands behind a label and leaves it in doubt instead of giving a reason."""
OR = phrases("""
    or, oder, ou, eller, oppure, ili, или, lub, veya, או, أو, 또는, 或者, 或, または, もしくは, それとも,
    还是
""")
QUESTION = re.compile(
    r"(?:[?？؟⁇⁈‽՞]|[\u0370-\u03ff\u1f00-\u1fff];)(?:\W|_)*$"
    r"|(?:吗|嗎|么|麼|呢|ますか|ですか|でしょうか|のか|까|까요|ไหม|หรือ)(?:\W|_)*$"
)
"""A question, by how it ends; the semicolon counts where it is the Greek question mark."""

EVERYDAY = frozenset(
    word_list("""
    a, i, an, the, one, two, it, is, on, off, in, out, up, down, yes, no, ok, okay, sure, fine, maybe,
    none, other, others, good, bad, new, old, right, wrong, true, false, left, high, low, same, clear,
    unclear, open, closed, normal, safe, real, fake, spam, hot, cold, big, small, more, less, all, any,
    some, first, second, third, last, next, done, wait, hold, pass, fail, keep, stop, go, accept, reject,
    positive, negative, neutral, question, ja, nein, oui, non, si, sí, sim, não, nao, nee, да, нет, はい,
    いいえ, 是, 不是, 好, 不, 对, 네, 아니요
""")
)
"""Labels that ordinary talk is full of: the word alone says nothing of the case."""
ANSWERS_TO_PEOPLE = frozenset(
    word_list("""
    yes, no, ok, okay, sure, fine, maybe, good, right, true, done, next, wait, hold, stop, go, all, same,
    clear, correct, agreed, ja, nein, oui, non, si, sí, sim, não, nao, nee, да, нет, はい, いいえ, 是,
    不是, 好, 不, 对, 네, 아니요
""")
)
"""Labels with which people also answer each other: `no, I was at lunch`."""
POINTING = re.compile(
    r"(?:(?:is|it|it's|its|be|was|are|meant|mean|label|answer|rather|say|said|as|to|choose|pick|vote|for|isn't|not|"
    r"ist|doch|als|est|es|é|è|sia|hay|это)(?:\s+(?:a|an|the|clearly|just|really|obviously|definitely|rather|"
    r"actually|more|likely|probably))*\s+|[=→>:]\s*|[\"“„«'‘「『*`]\s*)$"
)
"""What stands before a word that is meant as a label, though ordinary talk has it, too."""
END_OF_CLAUSE = re.compile(r"[.,;:!?\n。！？，、；：]|\s-\s")

TALK = beginnings("""
    thank*, thanks, thx, thanx, ty, cheers, merci, danke, dank, vielen dank, gracias, obrigad*, grazie,
    bedankt, tack, takk, dzięk*, спасибо, дякую, teşekkür*, شكر*, תודה, धन्यवाद, terima kasih, cảm ơn,
    감사*, 고마*, 谢谢*, 謝謝*, 多谢*, ありがと*, お疲れ*, hi, hello, hey, hallo, hola, ciao, bonjour,
    salut, привет, good morning, good evening, good night, good afternoon, good job, good catch,
    good work, good one, good luck, good point, guten morgen, guten tag, guten abend, nice one,
    nice work, nice job, nice catch, well done, great job, great work, great catch, bye, see you, see ya,
    cu, brb, afk, bbl, back in, back soon, back at, back by,
    back around, be right back, will do, lol, haha*, hehe*, lmao, rofl, hm, hmm, hmmm,
    sorry for, sorry i'm, sorry im, sorry to, sorry about, no problem, no worries, no rush, no thanks,
    no hurry, you're welcome, youre welcome, np, yw, de nada, de rien, bitte schön, gern geschehen,
    prego, anyone else, anyone up, anyone for, anyone want, anyone here, anyone know, anyone got,
    anyone free, anyone around, anyone in, anyone seen, anybody*, can i, could i, let's, lets, let us,
    i'll, i will, i'm off, i'm out, i'm away, i'm back, i'm on, on my way, on it, going to, going for,
    going home, off to, time for, guys, folks, congrat*, welcome, happy birthday, happy friday,
    happy monday, happy new year, have a good, have a nice, have a great, enjoy, next one, next case,
    next please, moving on, mahlzeit, bon app*, bis morgen, bis später, bis dann, à plus, à demain,
    hasta, até
""")
"""How talk begins that is about no case."""
ASKING = re.compile(
    r"(?:who|when|where|how|can|could|would|will|does|do|did|has|have|is|are|shall|should) "
    r"(?:anyone|anybody|someone|somebody|you|we|everyone|everybody|one of you)(?!\w)"
    r"|(?:team|everyone|everybody|all|guys)[,:!] "
)
"""How people ask or call everybody."""
SMALL = phrases("""
    lunch, coffee, tea, break, dinner, meeting, standup, stand up, weekend, vacation, holiday, holidays,
    beer, pizza, cake, party, brb, thanks, thank you, thx, mittagessen, mittag, kaffee, feierabend,
    pause, déjeuner, café, almuerzo, comida, almoço, pranzo, caffè, koffie, pauze, обед, кофе, 午饭,
    午餐, 吃饭, 昼ご飯, ランチ, 점심
""")
SMALL_AROUND = frozenset(
    word_list("""
    to, for, at, on, my, a, the, going, go, off, need, needs, time, i, i'm, im, we, we're, out, back, from,
    after, before, in, quick, having, have, be, am, is, till, until, get, getting, grab, grabbing, who,
    wants, want, some, gone, team, today, tomorrow, now, later, soon, first, then, ok, okay, and, with, all,
    you, me, everyone, anyone, guys, minutes, minute, min, mins, hour, am, pm, break, still, just, ready,
    here, nice, good, happy, bis, zum, zur, nach, vor, dem, der, die, auf, ich, bin, jetzt, gleich, um, uhr,
    mach, mache, gehe, geh, je, vais, suis, en, au, à, de, la, le, el, al, a, voy, vou, per, il
""")
)
"""What stands around these words where a line is about nothing else; `coffee shop` is about a case."""
POLITE = beginnings("""
    sorry for, sorry i'm, sorry im, sorry to, sorry about, hi, hello, hey, hallo, hola, ciao, bonjour,
    good morning, good evening, good afternoon, guten morgen, guten tag
""")
"""How a line may begin though it goes on about the case."""
SHORTEST_MATTER = 3
"""In words: so much must follow then."""
ACKNOWLEDGMENT = frozenset(
    word_list("""
    ok, okay, k, kk, done, yes, yep, yeah, yup, no, nope, sure, great, nice, cool, perfect, good, fine,
    next, agreed, agree, same, same here, me too, +1, all good, all done, alright, right, true, indeed,
    exactly, got it, noted, will do, on it, there, here, wow, omg, yay, finally, hm, hmm, uff, ok then,
    ok cool, sounds good, ja, nein, gut, genau, erledigt, fertig, oui, non, d'accord, parfait, si, sí,
    vale, listo, sim, beleza, va bene, fatto, nee, oké, klaar, да, нет, готово, хорошо, ок, tamam, 好,
    好的, 收到, 了解, はい, わかりました, 了解です, 네, 알겠습니다, done now, that's it, thats it,
    that's all, first, wip
""")
)
"""What says that somebody is there, or agrees: no reason for an answer."""
