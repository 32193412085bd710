"""Given and family names by culture, all in Latin-1 so that the core fonts of a PDF can show them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Culture:
    """Names that go together, and the language their bearers usually grew up with."""

    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]


def _culture(language: str, given: str, family: str) -> Culture:
    return Culture(language, tuple(given.split()), tuple(name.replace("_", " ") for name in family.split()))


CULTURES: dict[str, Culture] = {
    "english": _culture(
        "English",
        "Alice Amelia Beth Charlotte Daisy Eleanor Emily Grace Hannah Harriet Imogen Isla Jessica Laura "
        "Megan Olivia Phoebe Rebecca Sophie Zoe Adam Alfie Ben Callum Daniel Edward Frank George Henry "
        "Isaac Jack James Leo Martin Nathan Oscar Peter Ryan Samuel Thomas",
        "Abbott Ashworth Barker Bennett Bradley Carter Chapman Cole Dalton Ellis Fletcher Foster Graves "
        "Hale Harper Hartley Hughes Jennings Kendall Lawson Marsh Mercer Norris Palmer Pearce Pritchard "
        "Reeves Rowe Sawyer Sheppard Stanton Tate Thorne Underwood Vance Walsh Webb Whitfield Wren Yates",
    ),
    "irish": _culture(
        "English",
        "Aoife Bríd Caoimhe Ciara Deirdre Eimear Gráinne Máire Niamh Orla Róisín Saoirse Sinéad Aidan "
        "Cathal Cian Conor Declan Diarmuid Eoin Fergal Liam Niall Oisín Pádraig Rory Seán",
        "Brennan Byrne Callaghan Carroll Cullen Daly Doherty Donnelly Doyle Fitzgerald Flanagan Gallagher "
        "Hogan Kavanagh Keane Lynch MacCarthy Maguire Nolan O'Brien O'Connor O'Donnell Quinn Regan Sheehan "
        "Tierney",
    ),
    "french": _culture(
        "French",
        "Adèle Agathe Amélie Camille Chloé Céline Claire Élise Françoise Hélène Inès Jeanne Léa Manon "
        "Margaux Mathilde Noémie Océane Zélie Antoine Aurélien Baptiste Cédric Émile Étienne Fabrice Gabin "
        "Hugo Jérôme Julien Léo Luc Mathieu Nicolas Olivier Rémi Théo Yann",
        "Arnaud Aubert Barbier Beaumont Bernard Blanchard Bonnet Bouvier Chevalier Clément Colin Dubois "
        "Dufour Dupont Fabre Fontaine Garnier Gauthier Girard Lacroix Lambert Lefèvre Lemoine Marchand "
        "Mercier Moreau Noël Perrin Picard Rénaud Rousseau Roux Vidal",
    ),
    "german": _culture(
        "German",
        "Anja Annika Birgit Britta Carolin Elke Franziska Greta Heike Ilse Johanna Katrin Lena Lotte Maike "
        "Marlene Nele Sabine Silke Ulrike Andreas Björn Christoph Dieter Felix Florian Günter Hannes Heiko "
        "Jörg Jürgen Jonas Karsten Lukas Matthias Moritz Rainer Stefan Tobias Uwe",
        "Albrecht Bauer Baumann Becker Brandt Busch Dietrich Engel Fischer Frank Groß Haas Hartmann "
        "Hoffmann Huber Jäger Keller Krüger Lang Lehmann Maier Möller Müller Neumann Pohl Richter Schäfer "
        "Schröder Schubert Sommer Vogel Voigt Wagner Weiß Winkler Ziegler",
    ),
    "spanish": _culture(
        "Spanish",
        "Alba Beatriz Carmen Catalina Dolores Elena Esther Inés Isabel Jimena Lucía Luz Marisol Marta "
        "Mercedes Mónica Noelia Paloma Pilar Rocío Sofía Alejandro Álvaro Andrés Carlos Diego Emilio "
        "Esteban Fernando Gonzalo Héctor Ignacio Javier Joaquín José Julio Mateo Pablo Raúl Rubén Sergio",
        "Aguilar Alonso Álvarez Bautista Cabrera Campos Castillo Cordero Cruz Delgado Díaz Domínguez "
        "Fernández Flores García Gómez Guerrero Gutiérrez Herrera Ibáñez Jiménez López Martínez Mendoza "
        "Molina Muñoz Navarro Núñez Ortega Peña Pérez Ramírez Reyes Rojas Salazar Sánchez Soto Vargas Vega",
    ),
    "portuguese": _culture(
        "Portuguese",
        "Adriana Ana Beatriz Carla Cecília Débora Fernanda Gabriela Helena Inês Juliana Larissa Leonor "
        "Letícia Luana Mariana Patrícia Rafaela Renata Tatiana Vitória Afonso André António Bruno Caio Davi "
        "Duarte Eduardo Fábio Gonçalo João Leandro Luís Marcelo Miguel Nélson Paulo Rodrigo Thiago Vinícius",
        "Almeida Alves Amaral Andrade Araújo Azevedo Barbosa Barros Bezerra Cardoso Carvalho Coelho Correia "
        "Costa Duarte Esteves Faria Fonseca Gonçalves Gouveia Lopes Macedo Magalhães Martins Melo Monteiro "
        "Moraes Moreira Neves Nogueira Nunes Pinto Queirós Ribeiro Rocha Santana Tavares Teixeira Xavier",
    ),
    "italian": _culture(
        "Italian",
        "Alessia Arianna Beatrice Bianca Chiara Cristina Donatella Elisa Federica Francesca Giada Giulia "
        "Ilaria Ludovica Martina Ornella Paola Serena Silvia Valentina Alberto Andrea Carlo Dario Davide "
        "Enrico Fabio Filippo Giacomo Giorgio Lorenzo Luca Marco Matteo Nicolò Paolo Riccardo Simone "
        "Stefano Tommaso",
        "Amato Barbieri Basile Bellini Benedetti Bianchi Caputo Caruso Colombo Conti D'Angelo De_Luca "
        "Esposito Fabbri Farina Ferrara Ferri Fontana Galli Gatti Greco Leone Lombardi Longo Marchetti "
        "Mariani Martini Messina Monti Moretti Orlando Pellegrini Ricci Rinaldi Rizzo Romano Russo Serra "
        "Testa Vitale",
    ),
    "dutch": _culture(
        "Dutch",
        "Anouk Annelies Britt Carlijn Eva Femke Fleur Hanneke Ilse Janneke Lieke Maaike Marloes Mirthe Noor "
        "Roos Sanne Saskia Tessa Wietske Bart Bas Bram Daan Diederik Floris Gijs Hendrik Jasper Jeroen "
        "Joost Koen Lars Maarten Niels Pieter Ruben Sander Sjoerd Wouter",
        "Bakker Blom Boer Bos Brouwer Dekker Dijkstra Driessen Groen Haan Hendriks Hoekstra Huisman Jansen "
        "Jonker Kok Koster Kramer Kuiper Maas Martens Meijer Mulder Peeters Postma Prins Schouten Smits "
        "Timmer Verbeek Verhoeven Vermeer Visser Vos Willems",
    ),
    "nordic": _culture(
        "Swedish",
        "Agnes Astrid Åsa Birgitte Ebba Elin Freja Frida Gunhild Hæge Ingrid Johanne Kajsa Karin Linnéa "
        "Maja Signe Sigrid Solveig Tuva Anders Bjørn Einar Erik Esben Gustav Håkon Henrik Jens Kjell Lasse "
        "Magnus Mikkel Nils Ole Per Rasmus Søren Sven Øyvind",
        "Aalto Andersen Berg Bergström Bjerke Christensen Dahl Eklund Eriksen Forsberg Gustafsson Haugen "
        "Hedlund Holm Jørgensen Kjeldsen Knudsen Lindqvist Lund Madsen Møller Nilsson Nygaard Öberg Olsen "
        "Rasmussen Sandberg Sjögren Sørensen Ström Sundberg Thorsen Åberg",
    ),
    "polish": _culture(
        "Polish",
        "Agata Agnieszka Alicja Anna Barbara Dominika Ewa Gabriela Hanna Irena Izabela Joanna Justyna "
        "Kamila Karolina Katarzyna Magda Marta Monika Zofia Adam Andrzej Bartosz Damian Dawid Filip "
        "Grzegorz Jakub Jan Kacper Krzysztof Marcin Marek Mateusz Piotr Szymon Tomasz Wojciech Zbigniew",
        "Adamczyk Baran Borkowski Cieslak Dudek Gajewski Grabowski Jankowski Kaczmarek Kalinowski Kowalczyk "
        "Kozak Krawczyk Kubiak Lewandowski Lis Malinowski Mazur Michalak Nowak Olszewski Pawlak Sikora "
        "Sobczak Szulc Tomczak Urban Walczak Wilk Zalewski Zawadzki",
    ),
    "ukrainian": _culture(
        "Ukrainian",
        "Alina Bohdana Daryna Halyna Iryna Khrystyna Larysa Lesia Maryna Nadiia Oksana Olena Oleksandra "
        "Svitlana Yuliia Andrii Bohdan Dmytro Ihor Ivan Maksym Mykola Oleh Orest Pavlo Roman Serhii Taras "
        "Viktor Yurii",
        "Bilyk Boyko Bondarenko Danylenko Franchuk Hnatiuk Honchar Hrytsenko Ivanchuk Kharchenko Klymenko "
        "Kovalenko Kravets Lysenko Marchenko Melnyk Moroz Oliynyk Panchenko Petrenko Polishchuk Romaniuk "
        "Savchuk Shevchuk Stetsenko Tkachenko Vasylenko Zinchenko",
    ),
    "greek": _culture(
        "Greek",
        "Alexandra Athina Chrysanthi Despina Dimitra Eftychia Eleni Ioanna Kalliopi Katerina Lydia Marina "
        "Sofia Vasiliki Zoi Alexis Antonis Christos Dimitris Giannis Kostas Leonidas Manolis Nikos "
        "Panagiotis Petros Spyros Stavros Thanos Yiannis",
        "Alexiou Anagnostou Antoniou Christou Dimou Economou Floros Galanis Georgiou Ioannou Karras "
        "Katsaros Kyriakou Lambros Makris Mavros Michailidis Nikolaou Pappas Petrou Samaras Stavrou "
        "Theodorou Vlachos",
    ),
    "turkish": _culture(
        "Turkish",
        "Aslan Ayla Ayten Beren Defne Derya Ece Elif Esra Feride Gül Hülya Leyla Melike Nalan Nehir Selin "
        "Sevgi Yasemin Zeynep Ahmet Alp Burak Cem Deniz Emre Ferhat Hakan Kerem Levent Mehmet Murat Okan "
        "Onur Orhan Serkan Tolga Umut Volkan",
        "Acar Akman Aksoy Alkan Arslan Avci Aydemir Bayram Bulut Can Cengiz Demir Doruk Er Erdem Güler "
        "Günes Kara Kaya Koç Köse Kurt Mutlu Öz Özdemir Polat Sezer Tekin Tuna Ulusoy Ünal Uysal Yavuz Yurt",
    ),
    "arabic": _culture(
        "Arabic",
        "Aisha Amal Amina Dalia Farah Fatima Ghada Hala Hanan Huda Iman Jamila Khadija Lamia Layla Mariam "
        "Maysa Nadia Noura Rania Salma Samira Yasmin Zahra Adel Ahmad Amir Bilal Faisal Hamza Hassan "
        "Ibrahim Karim Khalid Mahmoud Mustafa Nabil Omar Rashid Sami Tariq Walid Yousef Ziad",
        "Abbas Abboud Aziz Bakri Bishara Darwish Fadel Farouk Ghanem Habib Haddad Hamdan Hariri Hijazi "
        "Jaber Kassem Khalil Khoury Mansour Masri Nasser Nassif Qasim Rahman Saad Sabbagh Saleh Sayegh "
        "Shaheen Suleiman Taha Zaidan",
    ),
    "persian": _culture(
        "Persian",
        "Anahita Azadeh Bahar Elham Golnaz Laleh Mahsa Mina Nasrin Niloufar Parisa Roya Setareh Shirin "
        "Yalda Arash Babak Behrouz Dariush Farhad Hamid Jamshid Kamran Kaveh Mehdi Nima Omid Ramin Reza "
        "Siavash",
        "Ahmadi Akbari Amini Bahrami Ebrahimi Farahani Ghorbani Hashemi Hosseini Jafari Karimi Kazemi "
        "Mohammadi Moradi Mousavi Najafi Nazari Norouzi Rahimi Rezaei Sadeghi Shirazi Tehrani Zamani",
    ),
    "indian": _culture(
        "Hindi",
        "Aditi Ananya Anjali Asha Bhavna Deepa Divya Gayatri Isha Jyoti Kavita Kiran Lakshmi Meera Nandini "
        "Neha Pooja Priya Radhika Ritu Sangeeta Shreya Sunita Vidya Aditya Ajay Amit Arjun Ashok Dev Gaurav "
        "Harish Karthik Manoj Mohan Nikhil Pranav Rahul Rajesh Rohan Sanjay Suresh Varun Vikram Vivek",
        "Agarwal Bhatt Bose Chandra Chatterjee Chopra Das Deshpande Dutta Ghosh Gupta Iyer Jain Joshi "
        "Kapoor Kaur Khanna Kulkarni Kumar Malhotra Mehta Menon Mishra Mukherjee Nair Patel Pillai Rao "
        "Reddy Saxena Sen Shah Sharma Singh Sinha Subramanian Thakur Trivedi Varma Yadav",
    ),
    "pakistani": _culture(
        "Urdu",
        "Aleena Asma Ayesha Bushra Fariha Hina Iqra Kiran Mahnoor Mehwish Nida Rabia Saima Sana Sidra "
        "Zainab Ali Asad Danish Fahad Faraz Hamid Haris Imran Junaid Kashif Nadeem Omer Saad Shahid Usman "
        "Zubair",
        "Abbasi Akhtar Anwar Ashraf Aslam Baig Butt Chaudhry Dar Farooq Ghani Hashmi Hussain Iqbal Javed "
        "Khan Khokhar Malik Mirza Mughal Naqvi Nawaz Qureshi Raza Rizvi Sheikh Siddiqui Tariq Zaman",
    ),
    "chinese": _culture(
        "Mandarin",
        "Ai Bei Chunhua Fang Hong Huan Jia Jing Lan Lihua Ling Mei Meili Ning Qing Rui Shan Ting Xia "
        "Xiaoyan Yan Ying Yu Yue Bin Bo Chao Cheng Dawei Feng Gang Hao Jian Jun Kai Lei Long Ming Peng "
        "Qiang Tao Wei Xin Yang Yong Zhen",
        "Cai Cao Chen Deng Ding Fan Feng Gao Guo Han He Hu Huang Jiang Kong Li Liang Lin Liu Lu Luo Ma Pan "
        "Peng Qian Ren Shen Song Sun Tan Tang Tian Wang Wu Xiao Xie Xu Yan Yang Yao Ye Yuan Zeng Zhang Zhao "
        "Zheng Zhou",
    ),
    "japanese": _culture(
        "Japanese",
        "Aiko Akemi Ayumi Chihiro Emi Hana Haruka Hitomi Kana Kaori Keiko Mai Mika Miyu Naoko Rie Sakura "
        "Sayuri Yui Yuko Akira Daichi Daisuke Haruto Hiroshi Hiroto Kaito Kazuki Kenji Kenta Makoto Masato "
        "Naoki Ren Ryota Satoshi Shota Takumi Tsubasa Yuto",
        "Abe Aoki Endo Fujita Fukuda Goto Hashimoto Hayashi Ikeda Inoue Ishida Ishikawa Ito Kato Kimura "
        "Kobayashi Kondo Maeda Matsuda Mori Murakami Nakajima Nakamura Nishimura Ogawa Okada Ono Saito "
        "Sakamoto Sasaki Sato Shimizu Suzuki Takahashi Tanaka Ueda Watanabe Yamada Yamamoto Yoshida",
    ),
    "korean": _culture(
        "Korean",
        "Bora Dahye Eunji Hana Haeun Hyejin Jihye Jisoo Jiwoo Minji Minseo Nari Seoyeon Sora Soyoung Subin "
        "Yeji Yuna Byungho Daehyun Donghyun Hyunwoo Jaewon Jihoon Jinwoo Joonho Junseo Minho Minjun Sangwoo "
        "Seojun Seungmin Sunghoon Taeyang Woojin Youngjae",
        "Ahn Bae Baek Cha Cho Choi Chung Gong Han Heo Hong Hwang Jang Jeon Jeong Jin Kang Kim Ko Kwon Lee "
        "Lim Min Moon Nam Noh Oh Paik Park Ryu Seo Shin Sim Son Song Yang Yoon Yoo",
    ),
    "vietnamese": _culture(
        "Vietnamese",
        "Anh Bich Chau Dao Diep Giang Ha Hoa Huong Huyen Lan Linh Mai Ngan Ngoc Nhung Phuong Quynh Thao Thu "
        "Trang Tuyet Vy Xuan Binh Cuong Dat Duc Dung Hai Hieu Hoang Hung Huy Khanh Khoa Long Minh Nam Phuc "
        "Quang Son Thanh Tuan Vinh",
        "Bui Cao Chu Dang Dao Dinh Do Doan Duong Ha Ho Hoang Huynh La Lam Le Luong Luu Mac Mai Ngo Nguyen "
        "Pham Phan Phung Quach Ta Thai To Tran Trinh Truong Van Vo Vu",
    ),
    "filipino": _culture(
        "Filipino",
        "Analyn Angelica Bernadette Cherry Corazon Cristina Divina Evangeline Imelda Jasmine Jocelyn Ligaya "
        "Lourdes Maricel Marites Nenita Rosalie Rowena Tala Alvin Arnel Benjie Crisanto Danilo Edgar Efren "
        "Ernesto Ferdinand Jomar Jun Marlon Noel Ramil Renato Rizaldy Rodel Rommel Wilfredo",
        "Abad Aquino Bacani Bautista Buenaventura Cabral Catacutan Concepcion Dela_Cruz Dimaculangan "
        "Evangelista Gatchalian Ilagan Lacson Limbaga Macaraeg Magsaysay Manalo Mangubat Ocampo Pacheco "
        "Panganiban Pascual Quiambao Sarmiento Tolentino Valdez Villanueva Villareal Zamora",
    ),
    "nigerian": _culture(
        "English",
        "Abimbola Adaeze Adunni Amara Bisi Blessing Chiamaka Chidinma Ebele Folake Funmilayo Ifeoma Kehinde "
        "Ngozi Nkechi Simisola Temitope Uchenna Yetunde Zainab Abiodun Adewale Babatunde Chike Chukwudi "
        "Emeka Femi Gbenga Ikenna Kelechi Kunle Musa Obinna Olumide Segun Seun Tobenna Tunde Yakubu",
        "Abiola Adebayo Adeleke Adeyemi Afolabi Ajayi Akande Akintola Balogun Chukwu Danjuma Eze Ibekwe "
        "Igwe Ilori Madu Nnamdi Nwachukwu Nwosu Obi Ogunleye Ojo Okafor Okeke Okonkwo Oladipo Olawale "
        "Onyeka Osagie Sani Umeh Uzoma",
    ),
    "kenyan": _culture(
        "Swahili",
        "Achieng Akinyi Atieno Chebet Faith Jelagat Joyce Makena Mumbi Naliaka Nduta Njeri Nyambura Wairimu "
        "Wambui Wangari Zawadi Baraka Barasa Cheruiyot Jabali Kamau Kiprono Kipchumba Kimani Maina Mutiso "
        "Mwangi Njoroge Ochieng Odhiambo Otieno Wafula",
        "Cheptoo Gathoni Gitau Kamande Karanja Kariuki Kibet Kiplagat Koech Korir Langat Macharia Mbugua "
        "Mugo Muriuki Mutua Ndegwa Ndungu Ngugi Njuguna Nyaga Odinga Okello Omondi Onyango Ruto Wanjala "
        "Wekesa",
    ),
    "ghanaian": _culture(
        "English",
        "Abena Adwoa Afia Akosua Akua Ama Comfort Efua Esi Gifty Mansa Naana Serwaa Yaa Agyeman Akwasi Ebo "
        "Fiifi Kofi Kojo Kwabena Kwaku Kwame Kwasi Kwesi Nana Yaw Yoofi",
        "Acheampong Addo Adjei Agyapong Amoah Ampofo Ankrah Ansah Appiah Asante Asare Baffour Boakye "
        "Boateng Danquah Darko Donkor Frimpong Gyasi Mensah Nkansah Nyarko Ofori Opoku Osei Owusu Quaye "
        "Sarpong Tetteh Yeboah",
    ),
    "southern_african": _culture(
        "Zulu",
        "Ayanda Bongiwe Busisiwe Dineo Gugu Lerato Lindiwe Mpho Naledi Nomvula Nosipho Palesa Refilwe "
        "Thandeka Thandi Zanele Bandile Bheki Dumisani Jabu Kagiso Lwazi Mandla Neo Nkosana Sibusiso "
        "Siphiwe Sizwe Themba Thabo Tshepo Vusi",
        "Buthelezi Cele Dlamini Dube Gumede Hadebe Khumalo Mabaso Mahlangu Maseko Mbatha Mkhize Mokoena "
        "Molefe Moloi Mthembu Ndaba Ndlovu Ngcobo Nkosi Ntuli Radebe Sithole Tau Tshabalala Vilakazi Zulu "
        "Zwane",
    ),
    "hebrew": _culture(
        "Hebrew",
        "Adi Avital Dana Efrat Galit Hila Keren Liat Maya Michal Noa Orly Rivka Shira Tali Yael Alon Amit "
        "Asaf Boaz Dov Eitan Gil Ido Itai Lior Nadav Oren Ronen Tal Uri Yair Yoav Ziv",
        "Alon Amir Ashkenazi Avraham Barak Ben-Ami Biton Carmi Dagan Dayan Eliav Friedman Gal Golan Harel "
        "Katz Lavi Levy Malka Mizrahi Nir Oz Peled Raz Regev Sagi Shalev Shapira Tamir Yadin Zohar",
    ),
}
"""Every culture by its name. An underscore in the lists above stands for a space inside a name."""
