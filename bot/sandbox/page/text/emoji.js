/** The common emoji by Slack's short names; a name that is not here stays `:text:`, as in Slack. */
const NAMES = `
grinning 😀 smiley 😃 smile 😄 grin 😁 laughing 😆 sweat_smile 😅 joy 😂 rofl 🤣 slightly_smiling_face 🙂
upside_down_face 🙃 wink 😉 blush 😊 innocent 😇 heart_eyes 😍 star-struck 🤩 kissing_heart 😘 yum 😋
stuck_out_tongue 😛 zany_face 🤪 hugging_face 🤗 thinking_face 🤔 zipper_mouth_face 🤐 neutral_face 😐
expressionless 😑 no_mouth 😶 smirk 😏 unamused 😒 face_with_rolling_eyes 🙄 grimacing 😬 relieved 😌
pensive 😔 sleepy 😪 sleeping 😴 mask 😷 nauseated_face 🤢 hot_face 🥵 cold_face 🥶 dizzy_face 😵
exploding_head 🤯 sunglasses 😎 nerd_face 🤓 face_with_monocle 🧐 confused 😕 worried 😟
slightly_frowning_face 🙁 open_mouth 😮 hushed 😯 astonished 😲 flushed 😳 pleading_face 🥺 cry 😢 sob 😭
scream 😱 disappointed 😞 sweat 😓 weary 😩 tired_face 😫 triumph 😤 rage 😡 angry 😠 skull 💀 ghost 👻
robot_face 🤖 wave 👋 raised_hand ✋ ok_hand 👌 v ✌️ crossed_fingers 🤞 point_left 👈 point_right 👉
point_up ☝️ point_up_2 👆 point_down 👇 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 fist ✊ facepunch 👊 clap 👏
raised_hands 🙌 open_hands 👐 handshake 🤝 pray 🙏 writing_hand ✍️ muscle 💪 brain 🧠 eyes 👀 eye 👁️
bust_in_silhouette 👤 busts_in_silhouette 👥 speech_balloon 💬 thought_balloon 💭 zzz 💤 heart ❤️
orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 broken_heart 💔
sparkles ✨ star ⭐ star2 🌟 dizzy 💫 boom 💥 fire 🔥 100 💯 zap ⚡ sunny ☀️ cloud ☁️ rainbow 🌈 snowflake ❄️
umbrella ☔ ocean 🌊 seedling 🌱 evergreen_tree 🌲 four_leaf_clover 🍀 cactus 🌵 dog 🐶 cat 🐱 bug 🐛
turtle 🐢 rocket 🚀 airplane ✈️ car 🚗 ambulance 🚑 ship 🚢 construction 🚧 traffic_light 🚦 rotating_light 🚨
house 🏠 office 🏢 hospital 🏥 bank 🏦 factory 🏭 globe_with_meridians 🌐 earth_africa 🌍 world_map 🗺️
hourglass ⌛ hourglass_flowing_sand ⏳ watch ⌚ alarm_clock ⏰ stopwatch ⏱️ timer_clock ⏲️ clock1 🕐 clock3 🕒
clock9 🕘 calendar 📆 date 📅 spiral_calendar_pad 🗓️ bell 🔔 no_bell 🔕 loudspeaker 📢 mega 📣 mag 🔍
mag_right 🔎 microscope 🔬 telescope 🔭 test_tube 🧪 pill 💊 syringe 💉 stethoscope 🩺 bulb 💡 wrench 🔧
hammer 🔨 hammer_and_wrench 🛠️ gear ⚙️ link 🔗 paperclip 📎 pushpin 📌 round_pushpin 📍 scissors ✂️
lock 🔒 unlock 🔓 key 🔑 shield 🛡️ scales ⚖️ balance_scale ⚖️ label 🏷️ bookmark 🔖 books 📚 book 📖
notebook 📓 memo 📝 pencil ✏️ pencil2 ✏️ clipboard 📋 page_facing_up 📄 newspaper 📰 file_folder 📁
card_index_dividers 🗂️ file_cabinet 🗄️ wastebasket 🗑️ inbox_tray 📥 outbox_tray 📤 package 📦 email ✉️
envelope ✉️ incoming_envelope 📨 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊
moneybag 💰 credit_card 💳 dollar 💵 receipt 🧾 computer 💻 desktop_computer 🖥️ keyboard ⌨️ iphone 📱
telephone_receiver 📞 camera 📷 frame_with_picture 🖼️ battery 🔋 electric_plug 🔌 floppy_disk 💾 art 🎨
game_die 🎲 dart 🎯 trophy 🏆 medal 🏅 first_place_medal 🥇 second_place_medal 🥈 third_place_medal 🥉
tada 🎉 confetti_ball 🎊 balloon 🎈 gift 🎁 birthday 🎂 coffee ☕ tea 🍵 beers 🍻 pizza 🍕 apple 🍎 cake 🍰
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ heavy_multiplication_x ✖️
negative_squared_cross_mark ❎ question ❓ grey_question ❔ exclamation ❗ heavy_exclamation_mark ❗
grey_exclamation ❕ bangbang ‼️ interrobang ⁉️ warning ⚠️ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑
information_source ℹ️ sos 🆘 ok 🆗 new 🆕 up 🆙 free 🆓 recycle ♻️ repeat 🔁 arrows_counterclockwise 🔄
arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_upper_right ↗️ arrow_right_hook ↪️
leftwards_arrow_with_hook ↩️ rewind ⏪ fast_forward ⏩ black_right_pointing_double_triangle_with_vertical_bar ⏭️
double_vertical_bar ⏸️ arrow_forward ▶️ heavy_plus_sign ➕ heavy_minus_sign ➖ large_green_circle 🟢
large_yellow_circle 🟡 large_orange_circle 🟠 red_circle 🔴 large_blue_circle 🔵 large_purple_circle 🟣
large_brown_circle 🟤 white_circle ⚪ black_circle ⚫ large_green_square 🟩 large_yellow_square 🟨
large_orange_square 🟧 large_red_square 🟥 large_blue_square 🟦 white_large_square ⬜ black_large_square ⬛
small_blue_diamond 🔹 large_blue_diamond 🔷 small_orange_diamond 🔸 diamond_shape_with_a_dot_inside 💠
zero 0️⃣ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟
checkered_flag 🏁 triangular_flag_on_post 🚩 white_flag 🏳️ see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊
shrug 🤷 man-shrugging 🤷‍♂️ woman-shrugging 🤷‍♀️ face_palm 🤦 technologist 🧑‍💻 scientist 🧑‍🔬 detective 🕵️
sleuth_or_spy 🕵️ judge 🧑‍⚖️ health_worker 🧑‍⚕️ genie 🧞 crystal_ball 🔮 magic_wand 🪄 compass 🧭 ladder 🪜
`;

const BY_NAME = new Map();
const words = NAMES.trim().split(/\s+/u);
for (let index = 0; index < words.length; index += 2) BY_NAME.set(words[index], words[index + 1]);

/** The characters of a short name, or null when it is not among the common ones. */
export function emojiFor(name) {
  return BY_NAME.get(name.replace(/::skin-tone-[2-6]$/u, "")) ?? null;
}

/** Shown first in the reaction picker. */
export const QUICK_REACTIONS = [
  "+1",
  "eyes",
  "white_check_mark",
  "tada",
  "heart",
  "raised_hands",
  "thinking_face",
  "x",
  "question",
  "fire",
  "joy",
  "pray",
];

export function emojiNames() {
  return [...BY_NAME.keys()];
}
